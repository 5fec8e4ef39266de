"""FLOWMCP-001: the authorization server is reached by https."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from .rule import Reference, Resource, Rule, Severity, Unknown, Violation

_SETTINGS = "flow-mcp:index:McpServerSettings"
_STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:keycloak"
_REALM = "keycloak:index/realm:Realm"

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
"""Names under which an authorization server's addresses stand: in declarations, providers and documents."""

# No user name, backslash or blank: with these, one program's host is another program's user or path.
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]+)?(?:[/?#][!-\[\]-~]*)?",
    re.IGNORECASE,
)


def _settings(authority: str) -> Resource:
    server = {"keycloak": {"url": authority, "realm": {"name": "acme", "create": True}}}
    return Resource(
        _SETTINGS,
        inputs={"tenant": {"id": "acme", "authorizationServer": server}},
        outputs={"authority": f"{authority}/realms/acme"},
    )


class AuthorityHttps(Rule):
    """Tokens and client secrets travel to these addresses, and trust in signing keys comes from them."""

    id = "FLOWMCP-001"
    severity = Severity.CRITICAL
    message = "The authorization server must be reached by https; plain http is for loopback addresses only."
    remedy = (
        "Declare its https address, and for a realm sslRequired: external or all; "
        "in development, plain http to localhost, 127.0.0.0/8 or ::1 is accepted."
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
    good = (
        _settings("https://id.acme.example"),
        _settings("http://127.0.0.1:8180"),
        Resource(_REALM, inputs={"realm": "acme", "sslRequired": "external"}),
    )
    bad = (
        _settings("http://id.acme.example"),
        Resource(_REALM, inputs={"realm": "acme", "sslRequired": "none"}),
    )

    def validate(self, resource: Resource) -> Iterator[Violation | Unknown]:
        for path, value in _addresses(resource):
            if isinstance(value, Unknown):
                yield value
            elif not _is_secure(value):
                yield Violation(path, "is neither an https address nor plain http to loopback")
        if resource.type == _REALM:
            mode = resource.inputs.get("sslRequired")
            if isinstance(mode, Unknown):
                yield mode
            elif isinstance(mode, str) and mode.lower() == "none":
                yield Violation("sslRequired", "lets everybody use the realm by plain http")


def _addresses(resource: Resource) -> Iterator[tuple[str, Any]]:
    """Every place where the resource says how its authorization server is reached."""
    inputs, outputs = resource.inputs, resource.outputs
    if resource.type == _SETTINGS:
        yield from _search("tenant.authorizationServer", _at(inputs, "tenant", "authorizationServer"))
    elif resource.type == _REALM:
        yield from _search("attributes.frontendUrl", _at(inputs, "attributes", "frontendUrl"))
    elif resource.type == _PROVIDER or resource.type.startswith("flow-mcp:"):
        for key in sorted(_KEYS & inputs.keys()):
            yield from _search(key, inputs[key])
    if resource.type in {_SETTINGS, _STACK}:
        yield from _search("authority", outputs.get("authority"))
        yield from _search("settings.authorizationServers", _document(outputs.get("settings")))


def _at(values: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(values, Mapping):
            return values if isinstance(values, Unknown) else None
        values = values.get(key)
    return values


def _document(settings: Any) -> Any:
    """The authorization servers of a settings document; of anything else None, which no runtime accepts."""
    if not isinstance(settings, str):
        return settings if isinstance(settings, Unknown) else None
    try:
        return _at(json.loads(settings), "authorizationServers")
    except ValueError:
        return None


def _search(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The addresses in a value: what stands under a name that stands for an address."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _search(f"{path}.{key}", below)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _search(f"{path}[{index}]", below)
    elif isinstance(value, Unknown) or (value not in {None, ""} and _key(path) in _KEYS):
        yield path, value


def _key(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def _is_secure(address: Any) -> bool:
    """Whether an address is https, or plain http that cannot leave this machine."""
    parts = _URL.fullmatch(address) if isinstance(address, str) else None
    return parts is not None and (
        parts["scheme"].lower() == "https" or _is_loopback(parts["host"].lower().strip("[]"))
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
