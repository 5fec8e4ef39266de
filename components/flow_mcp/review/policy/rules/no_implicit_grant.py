"""FLOWMCP-005: no client uses the implicit grant."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.policy.references import oauth_2_1, rfc
from flow_mcp.review.policy.resources.properties import is_on, judged
from flow_mcp.review.policy.resources.property_paths import Places, found, grant_types
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    ENTRA_APPLICATION,
    ENTRA_REGISTRATION,
    KEYCLOAK_CLIENT,
    REGISTERED_CLIENT,
)
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_SWITCHES: Places = {
    KEYCLOAK_CLIENT: (("implicitFlowEnabled",),),
    ENTRA_APPLICATION: (
        ("web", "implicitGrant", "accessTokenIssuanceEnabled"),
        ("web", "implicitGrant", "idTokenIssuanceEnabled"),
    ),
    ENTRA_REGISTRATION: (("implicitAccessTokenIssuanceEnabled",), ("implicitIdTokenIssuanceEnabled",)),
}
_PROBLEM = "allows tokens in URLs, which leak through browser history and logs"


class NoImplicitGrant(Rule):
    """Reject the implicit grant.

    Tokens in a URL leak through browser history, logs and the Referer header.
    """

    id = "FLOWMCP-005"
    severity = Severity.HIGH
    message = "No client may use the implicit grant."
    remedy = (
        "Disable it and use the authorization code grant with PKCE. At Auth0, list grantTypes explicitly."
    )
    references = (
        oauth_2_1("10.1", "Removal of the OAuth 2.0 Implicit grant"),
        rfc(9700, "2.1.2"),
        Reference(
            "Microsoft: Implicit grant flow",
            "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-implicit-grant-flow",
        ),
        Reference(
            "Auth0: Application Grant Types",
            "https://auth0.com/docs/get-started/applications/application-grant-types",
        ),
    )
    good = (Resource(REGISTERED_CLIENT, inputs={"grantTypes": ["authorization_code"]}),)
    bad = (
        Resource(KEYCLOAK_CLIENT, inputs={"implicitFlowEnabled": True, "fullScopeAllowed": False}),
        Resource(ENTRA_APPLICATION, inputs={"web": {"implicitGrant": {"accessTokenIssuanceEnabled": True}}}),
        Resource(ENTRA_REGISTRATION, inputs={"implicitIdTokenIssuanceEnabled": True}),
        Resource(AUTH0_CLIENT, inputs={"grantTypes": ["implicit"], "oidcConformant": True}),
        Resource(AUTH0_CLIENT, inputs={"name": "portal", "oidcConformant": True}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        for path, switch in found(resource, _SWITCHES):
            yield from judged(switch, path, lambda value: not is_on(value), _PROBLEM)
        for path, grant in grant_types(resource):
            yield from judged(grant, path, lambda value: value != "implicit", _PROBLEM)
        if resource.type == AUTH0_CLIENT and resource.values and resource.values.get("grantTypes") is None:
            yield Violation(("grantTypes",), "is not set, and Auth0's default includes the implicit grant")
