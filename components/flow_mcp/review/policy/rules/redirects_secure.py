"""FLOWMCP-003: redirect URIs use https or loopback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import mcp, oauth_2_1, rfc
from flow_mcp.review.policy.resources.known_applications import is_of_known_application
from flow_mcp.review.policy.resources.properties import judged
from flow_mcp.review.policy.resources.property_paths import REDIRECT_URIS, found
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, KEYCLOAK_CLIENT, REGISTERED_CLIENT
from flow_mcp.review.policy.resources.values import is_secure
from flow_mcp.review.policy.rule import (
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Unknown,
    Violation,
)

_CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback"


class _Settings(RuleSettings):
    private_use_schemes: Annotated[
        tuple[str, ...],
        Field(
            description="Custom URI schemes that redirect URIs of native applications may use, such as "
            "com.example.app (RFC 8252, section 7.1). The MCP specification allows none."
        ),
    ] = ()


class RedirectsSecure(Rule):
    """Require https or loopback redirect URIs.

    Authorization codes are sent there: plain http can be read in transit, and any application on a device
    can claim a custom scheme. The only custom schemes accepted are those of the package's catalogue, for the
    client that names their application.
    """

    id = "FLOWMCP-003"
    severity = Severity.HIGH
    message = "A redirect URI must use https, or plain http to a loopback address."
    remedy = "Use the application's https address, or http://127.0.0.1/… for a native application."
    references = (
        oauth_2_1("1.5", "Communication Security"),
        rfc(9700, "2.6"),
        rfc(8252, "7"),
        mcp("Communication Security"),
        Reference(
            "Microsoft: Redirect URI restrictions",
            "https://learn.microsoft.com/entra/identity-platform/reply-url",
        ),
    )
    settings = _Settings
    good = (
        Resource(REGISTERED_CLIENT, inputs={"redirectUris": ["https://portal.acme.example/callback"]}),
        Resource(REGISTERED_CLIENT, inputs={"redirectUris": ["http://127.0.0.1/callback"]}),
        declares(clients={"desktop": {"application": "cursor", "redirectUris": [_CURSOR], "access": ["*"]}}),
    )
    bad = (
        Resource(REGISTERED_CLIENT, inputs={"redirectUris": ["http://portal.acme.example/callback"]}),
        Resource(ENTRA_APPLICATION, inputs={"publicClient": {"redirectUris": ["acme://callback"]}}),
        Resource(REGISTERED_CLIENT, inputs={"redirectUris": [_CURSOR]}),
        Resource(KEYCLOAK_CLIENT, inputs={"validRedirectUris": ["/callback"], "fullScopeAllowed": False}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        schemes = context.settings_of(_Settings).private_use_schemes
        for path, uri in found(resource, REDIRECT_URIS):
            known = is_of_known_application(resource, path, uri)
            if isinstance(known, Unknown):
                yield known
            elif not known:
                yield from judged(
                    uri,
                    path,
                    lambda value: is_secure(value) or _is_private_use(value, schemes),
                    "is neither an https address nor plain http to loopback: codes can be intercepted",
                )


def _is_private_use(uri: Any, schemes: tuple[str, ...]) -> bool:
    """Return whether a URI uses one of these schemes, if it is a reversed domain name (RFC 8252, 7.1)."""
    scheme, colon, _ = uri.partition(":") if isinstance(uri, str) else ("", "", "")
    return bool(colon) and "." in scheme and scheme in schemes
