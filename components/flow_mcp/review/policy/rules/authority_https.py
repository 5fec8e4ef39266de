"""FLOWMCP-001: the authorization server is reached over https."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.values import at, document, is_secure, leaves
from flow_mcp.review.policy.rule import (
    SETTINGS,
    Context,
    Reference,
    Resource,
    Rule,
    Severity,
    Unknown,
    Violation,
)

_STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:keycloak"
_REALM = "keycloak:index/realm:Realm"

_INSECURE = "is neither an https address nor plain http to loopback: tokens can be read in transit"

_KEYS = frozenset(
    {
        "adminUrl",
        "authority",
        "authorizationEndpoint",
        "frontendUrl",
        "issuer",
        "issuers",
        "metadataUrl",
        "tokenEndpoint",
        "url",
    }
)
"""Properties that hold an authorization server's address in declarations, providers and settings."""


def _declares(url: str) -> Resource:
    return declares({"keycloak": {"url": url, "realm": {"name": "acme", "create": True}}})


class AuthorityHttps(Rule):
    """Require https for every address of the authorization server.

    Tokens and client secrets travel to these addresses, and the runtime trusts the signing keys found there.
    """

    id = "FLOWMCP-001"
    severity = Severity.CRITICAL
    message = (
        "The authorization server must be reached over https; plain http is accepted for loopback "
        "addresses only."
    )
    remedy = (
        "Declare its https address, and sslRequired: external or all for a realm. "
        "In development, plain http to localhost, 127.0.0.0/8 or ::1 is accepted."
    )
    references = (
        Reference(
            "OAuth 2.1, section 1.5: Communication Security",
            "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13#section-1.5",
        ),
        Reference("RFC 9700, section 2.6", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.6"),
        Reference("RFC 8414, section 2", "https://www.rfc-editor.org/rfc/rfc8414.html#section-2"),
        Reference(
            "MCP authorization: Communication Security",
            "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#communication-security",
        ),
        Reference(
            "Keycloak: Configuring SSL for a realm",
            "https://www.keycloak.org/docs/latest/server_admin/#_ssl_modes",
        ),
    )
    waivable = False
    good = (
        _declares("https://id.acme.example"),
        _declares("http://127.0.0.1:8180"),
        Resource(_REALM, inputs={"realm": "acme", "sslRequired": "external"}),
    )
    bad = (
        Resource(SETTINGS, outputs={"authority": "http://id.acme.example/realms/acme"}),
        Resource(_REALM, inputs={"realm": "acme", "sslRequired": "none"}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        for path, value in _addresses(resource):
            if isinstance(value, Unknown):
                yield value
            elif value != "" and not is_secure(value):
                yield Violation(path, _INSECURE)
        if resource.type == _REALM:
            mode = resource.inputs.get("sslRequired")
            if isinstance(mode, Unknown):
                yield mode
            elif isinstance(mode, str) and mode.lower() == "none":
                yield Violation(("sslRequired",), "allows plain http to the realm from any address")


def _addresses(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """Yield the properties of a resource that may hold an address of the authorization server."""
    inputs, outputs = resource.inputs, resource.outputs
    if resource.type == SETTINGS:
        yield from _search(("tenant", "authorizationServer"), at(inputs, "tenant", "authorizationServer"))
    elif resource.type == _REALM:
        yield from _search(("attributes", "frontendUrl"), at(inputs, "attributes", "frontendUrl"))
    elif resource.type == _PROVIDER or resource.type.startswith("flow-mcp:"):
        for key in sorted(_KEYS & inputs.keys()):
            yield from _search((key,), inputs[key])
    if resource.type in {SETTINGS, _STACK}:
        yield from _search(("authority",), outputs.get("authority"))
        servers = at(document(outputs.get("settings")), "authorizationServers")
        yield from _search(("settings", "authorizationServers"), servers)


def _search(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the values below `value` whose property name is in `_KEYS`."""
    for where, leaf in leaves(value, path):
        name = next(key for key in reversed(where) if isinstance(key, str))
        if isinstance(leaf, Unknown) or name in _KEYS:
            yield where, leaf
