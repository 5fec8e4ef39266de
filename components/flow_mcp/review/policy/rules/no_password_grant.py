"""FLOWMCP-006: no client uses the password grant."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.policy.references import rfc
from flow_mcp.review.policy.resources.properties import is_in, is_on, judged
from flow_mcp.review.policy.resources.property_paths import Places, found, grant_types
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    ENTRA_APPLICATION,
    KEYCLOAK_CLIENT,
    REGISTERED_CLIENT,
)
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_SWITCHES: Places = {
    KEYCLOAK_CLIENT: (("directAccessGrantsEnabled",),),
    ENTRA_APPLICATION: (("fallbackPublicClientEnabled",),),
}
_is_password_grant = is_in(
    "password",
    "http://auth0.com/oauth/grant-type/password-realm",
    "http://auth0.com/oauth/legacy/grant-type/ro",
)
_PROBLEM = "allows the password grant, in which the client sees people's passwords"


class NoPasswordGrant(Rule):
    """Reject the resource owner password credentials grant.

    It bypasses second factors and trains people to type their password into applications.
    """

    id = "FLOWMCP-006"
    severity = Severity.HIGH
    message = "No client may use the resource owner password credentials grant."
    remedy = "Disable it; people must sign in at the authorization server, in a browser."
    references = (
        rfc(9700, "2.4"),
        Reference(
            "OAuth 2.1, section 10: Differences from OAuth 2.0",
            "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-10",
        ),
        Reference(
            "Microsoft: Resource owner password credentials",
            "https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc",
        ),
        Reference(
            "Auth0: Application Grant Types",
            "https://auth0.com/docs/get-started/applications/application-grant-types",
        ),
    )
    good = (Resource(REGISTERED_CLIENT, inputs={"grantTypes": ["client_credentials"]}),)
    bad = (
        Resource(KEYCLOAK_CLIENT, inputs={"directAccessGrantsEnabled": True, "fullScopeAllowed": False}),
        Resource(ENTRA_APPLICATION, inputs={"fallbackPublicClientEnabled": True}),
        Resource(AUTH0_CLIENT, inputs={"grantTypes": ["password"], "oidcConformant": True}),
        Resource(REGISTERED_CLIENT, inputs={"grantTypes": ["password"]}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        for path, switch in found(resource, _SWITCHES):
            yield from judged(switch, path, lambda value: not is_on(value), _PROBLEM)
        for path, grant in grant_types(resource):
            yield from judged(grant, path, lambda value: not _is_password_grant(value), _PROBLEM)
