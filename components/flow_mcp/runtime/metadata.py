"""Protected resource metadata (RFC 9728)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from flow_mcp.settings import ProtectedResource, SettingsDocument

WELL_KNOWN = "/.well-known/oauth-protected-resource"


class ResourceMetadata(TypedDict):
    """The protected resource metadata that a Flow MCP server publishes (RFC 9728, section 2)."""

    resource: str
    authorization_servers: list[str]
    scopes_supported: list[str]
    bearer_methods_supported: list[str]
    authorization_grant_profiles_supported: NotRequired[list[str]]


def metadata_url(resource: str) -> str:
    """Return the address of a resource's metadata: well-known part between host and path (section 3.1)."""
    parts = urlsplit(resource)
    path = "" if parts.path == "/" else parts.path
    return urlunsplit((parts.scheme, parts.netloc, WELL_KNOWN + path, parts.query, ""))


def resource_metadata(resource: ProtectedResource) -> ResourceMetadata:
    """Return the metadata document of one protected resource.

    During a move a resource has two authorization servers. Both are listed, the preferred one first, and the
    scopes are those of the first: clients use the first server, and a server rejects scopes that it does not
    know.
    """
    first = resource.authorization_servers[0]
    metadata: ResourceMetadata = {
        "resource": resource.url,
        "authorization_servers": [server.authority for server in resource.authorization_servers],
        "scopes_supported": list(first.scopes_advertised),
        "bearer_methods_supported": ["header"],
    }
    if first.grant_profiles:
        # A parameter of the authorization server's metadata, which not every server publishes. RFC 9728,
        # section 2, permits further parameters.
        metadata["authorization_grant_profiles_supported"] = list(first.grant_profiles)
    return metadata


def metadata_documents(settings: SettingsDocument) -> dict[str, ResourceMetadata]:
    """Return every metadata document of a tenant by the address at which the server must serve it."""
    return {
        metadata_url(resource.url): resource_metadata(resource) for resource in settings.protected_resources
    }
