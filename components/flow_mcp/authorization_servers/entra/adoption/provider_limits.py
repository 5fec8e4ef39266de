"""Values of existing applications that Entra has and the azuread plugin rejects even in an import.

Source: the functions `Validate…` in the schema of `azuread_application`
(https://github.com/hashicorp/terraform-provider-azuread/tree/main/internal/services/applications).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flow_mcp.authorization_servers.entra.adoption.content import roles_of
from flow_mcp.authorization_servers.representations import Representation, mapping, objects, text, texts

_MAXIMUM_LENGTH = 256
_WEB_SCHEMES = frozenset({"http", "https", "ms-appx-web", "brk-multihub"})


def refused_by_provider(app: Representation) -> str:
    """Return a value of an application that the plugin rejects, as a noun phrase; empty if there is none."""
    for platform in ("publicClient", "spa", "web"):
        for uri in texts(mapping(app, platform), "redirectUris"):
            if _is_refused(uri, platform):
                return f"the redirect URI {uri}"
    for role in roles_of(app):
        if not (text(role, "description") and text(role, "displayName")):
            return f"the app role {text(role, 'value') or text(role, 'id')} without a name or description"
    for required in objects(app, "requiredResourceAccess"):
        if not objects(required, "resourceAccess"):
            return f"an empty list of permissions of {text(required, 'resourceAppId')}"
    return ""


def _is_refused(uri: str, platform: str) -> bool:
    if platform != "spa" and uri.startswith("urn:") and uri.count(":") > 1:
        return len(uri) > _MAXIMUM_LENGTH
    try:
        parts = urlsplit(uri)
    except ValueError:
        return True
    if not parts.netloc or len(uri) > _MAXIMUM_LENGTH:
        return True
    if parts.scheme in {"http", "https"}:
        return not parts.path
    return platform != "publicClient" and parts.scheme not in _WEB_SCHEMES
