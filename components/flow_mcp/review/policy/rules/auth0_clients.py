"""FLOWMCP-024: clients at Auth0 follow OAuth 2.1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flow_mcp.review.policy.resources.component import made_by_component, of_type
from flow_mcp.review.policy.resources.properties import is_in, is_on, items, must
from flow_mcp.review.policy.resources.types import AUTH0_CLIENT, AUTH0_CREDENTIALS
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_CONFIDENTIAL = ("regular_web", "non_interactive")
_PORTAL = {
    "appType": "regular_web",
    "oidcConformant": True,
    "isFirstParty": True,
    "grantTypes": ["authorization_code", "refresh_token"],
    "callbacks": ["https://portal.acme.example/callback"],
    "jwtConfiguration": {"alg": "RS256"},
    "refreshToken": {"rotationType": "rotating", "expirationType": "expiring"},
}


class Auth0Clients(Rule):
    """Reject Auth0's legacy settings of clients.

    They switch off protections that OAuth 2.1 requires.
    """

    id = "FLOWMCP-024"
    severity = Severity.MEDIUM
    message = (
        "A client at Auth0 must be OIDC conformant, rotate refresh tokens, and authenticate if confidential."
    )
    remedy = (
        "Set oidcConformant, refreshToken {rotationType: rotating, expirationType: expiring}, "
        "jwtConfiguration {alg: RS256}, and a credential for confidential clients."
    )
    references = (
        Reference(
            "OAuth 2.1, section 4.3: Refresh Token Grant",
            "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-4.3",
        ),
        Reference("RFC 9700, section 2.2.2", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.2.2"),
        Reference("RFC 9700, section 2.5", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.5"),
        Reference(
            "Auth0: Configure Refresh Token Rotation",
            "https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation",
        ),
    )
    good = (Resource(AUTH0_CLIENT, inputs=_PORTAL),)
    bad = (
        Resource(AUTH0_CLIENT, inputs={**_PORTAL, "oidcConformant": False}),
        Resource(
            AUTH0_CLIENT,
            inputs={
                **_PORTAL,
                "refreshToken": {"rotationType": "non-rotating", "expirationType": "expiring"},
            },
        ),
        Resource(AUTH0_CLIENT, inputs={**_PORTAL, "crossOriginAuth": True}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != AUTH0_CLIENT:
            return
        yield from must(
            resource,
            ("oidcConformant",),
            is_in(True),
            "is not true, so Auth0 applies legacy rules instead of OpenID Connect",
        )
        yield from must(
            resource,
            ("jwtConfiguration", "alg"),
            is_in("RS256", "PS256", None),
            "signs ID tokens with the client secret instead of a private key",
        )
        for key, problem in (
            ("crossOriginAuth", "accepts passwords on pages of other origins"),
            (
                "isTokenEndpointIpHeaderTrusted",
                "lets the client choose the IP address that attack protection counts",
            ),
        ):
            yield from must(resource, (key,), lambda value: not is_on(value), problem)
        yield from must(
            resource,
            ("thirdPartySecurityMode",),
            lambda value: value != "permissive",
            "exempts a third-party client from PKCE and consent",
        )
        grants = [grant for _, grant in items(resource, "grantTypes")]
        yield from (grant for grant in grants if isinstance(grant, Unknown))
        if "refresh_token" in grants:
            yield from must(
                resource,
                ("refreshToken", "rotationType"),
                is_in("rotating"),
                "lets a stolen refresh token be used repeatedly",
            )
            for key, is_valid in (
                ("expirationType", is_in("expiring")),
                ("infiniteTokenLifetime", is_in(False, None)),
            ):
                yield from must(
                    resource, ("refreshToken", key), is_valid, "lets refresh tokens live without limit"
                )

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        clients = [values for _, values in of_type(resources, AUTH0_CLIENT)]
        confidential = [at(values, "clientId") for values in clients if _is_confidential(values)]
        for credentials, values in of_type(resources, AUTH0_CREDENTIALS):
            client_id, method = at(values, "clientId"), at(values, "authenticationMethod")
            if not confidential or (method != "none" and not isinstance(method, Unknown)):
                continue
            for value in (client_id, method):
                if isinstance(value, Unknown) and not made_by_component(credentials):
                    yield value
            if method == "none" and client_id in confidential and not isinstance(client_id, Unknown):
                problem = "lets a confidential client get tokens without authentication"
                yield Violation(("authenticationMethod",), problem, credentials.urn)


def _is_confidential(values: Any) -> bool:
    grants = at(values, "grantTypes")
    return at(values, "appType") in _CONFIDENTIAL or (
        isinstance(grants, list) and "client_credentials" in grants
    )
