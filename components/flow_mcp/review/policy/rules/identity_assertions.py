"""FLOWMCP-044: identity assertions are bound to a client and a protected resource, and are valid once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import rfc
from flow_mcp.review.policy.resources.properties import is_on, must
from flow_mcp.review.policy.resources.types import KEYCLOAK_CLIENT, KEYCLOAK_IDENTITY_PROVIDER
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_CLIENT_GRANT = "oauth2JwtAuthorizationGrantEnabled"
_CLIENT_BINDING = ("extraConfig", "flowMcpAssertionClient")
_GRANT = ("config", "jwtAuthorizationGrantEnabled")
_REUSE = ("config", "jwtAuthorizationGrantAssertionReuseAllowed")
_INSECURE = "is not an https address, so its keys could be replaced in transit"
_ISSUER = "https://login.acme.example"


def _declares(address: str) -> Resource:
    assistant = {
        "grant": "authorization-code",
        "clientType": "confidential",
        "redirectUris": ["https://assistant.acme.example/callback"],
        "access": ["456/test"],
        "people": {"groups": ["planners"]},
    }
    return declares(
        clients={"assistant": assistant},
        enterprise=[{"issuer": address, "jwksUrl": f"{address}/keys", "clients": ["assistant"]}],
    )


def _provider(reuse: str) -> Resource:
    config = {
        "issuer": _ISSUER,
        "jwksUrl": f"{_ISSUER}/keys",
        "jwtAuthorizationGrantEnabled": "true",
        "jwtAuthorizationGrantAssertionReuseAllowed": reuse,
    }
    return Resource(KEYCLOAK_IDENTITY_PROVIDER, inputs={"kind": "jwt-authorization-grant", "config": config})


def _client(**binding: str) -> Resource:
    inputs = {"clientId": "flow-mcp-acme-assistant", _CLIENT_GRANT: True, "extraConfig": binding}
    return Resource(KEYCLOAK_CLIENT, inputs=inputs)


class IdentityAssertions(Rule):
    """Require that an identity assertion gives one client access to one protected resource, once.

    Keycloak alone does not compare the assertion's resource with the requested scope.
    """

    id = "FLOWMCP-044"
    severity = Severity.HIGH
    message = (
        "Identity assertions must come from an https identity provider without sign-in, be valid once, and "
        "be bound to the client."
    )
    remedy = "Declare the company's identity provider under enterprise; the component creates the limits."
    references = (
        Reference(
            "Identity Assertion JWT Authorization Grant, section 4.4.1",
            "https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/",
        ),
        Reference(
            "Keycloak: Identity Assertion JWT Authorization Grant",
            "https://www.keycloak.org/securing-apps/identity-assertion-jwt-authorization-grant",
        ),
        rfc(7523, "3"),
    )
    good = (
        _declares(_ISSUER),
        _provider("false"),
        _client(flowMcpAssertionClient="flow-mcp-acme-assistant"),
    )
    bad = (
        _declares("http://127.0.0.1:9000"),
        _provider("true"),
        _client(),
        _client(flowMcpAssertionClient="another-client"),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        for index, entry in enumerate(declaration.tenant.enterprise or ()):
            for key, address in (("issuer", entry.issuer), ("jwksUrl", entry.jwks_url)):
                if not _is_https(address):
                    yield Violation(("enterprise", index, key), _INSECURE)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type == KEYCLOAK_IDENTITY_PROVIDER and is_on(at(resource.values, *_GRANT)):
            for key in ("issuer", "jwksUrl"):
                yield from must(resource, ("config", key), _is_https, _INSECURE)
            yield from must(
                resource,
                _REUSE,
                lambda value: value == "false",
                "is not false, so a stolen assertion can be redeemed again",
            )
            yield from must(
                resource,
                ("kind",),
                lambda value: value == "jwt-authorization-grant",
                "is a type with sign-in, through which people could get an account in the realm",
            )
        if resource.type == KEYCLOAK_CLIENT and is_on(resource.values.get(_CLIENT_GRANT)):
            client_id = at(resource.values, "clientId")
            if isinstance(client_id, Unknown):
                yield client_id
            else:
                yield from must(
                    resource,
                    _CLIENT_BINDING,
                    lambda value: value == client_id,
                    "is not the client's ID, so no client policy binds assertions to the client",
                )


def _is_https(address: Any) -> bool:
    return isinstance(address, str) and re.match(r"https://[^\s/@\\]+", address) is not None
