"""Valid settings documents that no stack delivers at present."""

from __future__ import annotations

from typing import Any

from flow_mcp.settings import (
    ClaimCondition,
    MetadataDocuments,
    Registration,
    ResourceAtServer,
    SettingsDocument,
)
from tests.vectors.tenants import AUTH0, DPOP, DPOP_ONLY, ENTRA, GENERIC, KEYCLOAK, SCALEKIT


def _with_server(document: SettingsDocument, **changes: Any) -> SettingsDocument:
    """Return the document with changes of its authorization server."""
    (server,) = document.authorization_servers
    return document.model_copy(update={"authorization_servers": (server.model_copy(update=changes),)})


def _with_profile(document: SettingsDocument, **changes: Any) -> SettingsDocument:
    """Return the document with changes of its token profile."""
    profile = document.authorization_servers[0].token_profile
    return _with_server(document, token_profile=profile.model_copy(update=changes))


def _with_production(
    document: SettingsDocument, *answers: ResourceAtServer, **changes: Any
) -> SettingsDocument:
    """Return the document with other authorization servers, or changes of them, for production."""
    production, *others = document.protected_resources
    servers = answers or tuple(there.model_copy(update=changes) for there in production.authorization_servers)
    changed = production.model_copy(update={"authorization_servers": servers})
    return document.model_copy(update={"protected_resources": (changed, *others)})


_CLOSED = _with_server(KEYCLOAK, registration=Registration())

_WILDCARD = _with_server(
    KEYCLOAK,
    registration=Registration(
        metadata_documents=MetadataDocuments(domains=("Claude.AI", "*.trusted.example"), access=("456/test",))
    ),
)

_CONDITIONS = _with_profile(
    GENERIC,
    conditions=(
        ClaimCondition(claim="jti", must="present"),
        ClaimCondition(claim="nonce", must="absent"),
        ClaimCondition(claim="use", must="one-of", values=("access", "mcp")),
        ClaimCondition(claim="acr", must="no-suffix", values=("-weak", "-none")),
        ClaimCondition(claim="org", must="prefix", values=("org_", "grp_")),
    ),
)

_TWO_ROLES = _with_production(ENTRA, app_roles=("mcp.program", "mcp.run"))

_OTHER_LETTERS = _with_production(KEYCLOAK, scopes_advertised=('a"b\\c', "sm\u00f8r", "x\r\ny"))

_SANDBOX = KEYCLOAK.protected_resources[0].model_copy(
    update={"url": KEYCLOAK.protected_resources[0].url + "/sandbox", "environment": "sandbox"}
)
_NESTED = KEYCLOAK.model_copy(update={"protected_resources": (*KEYCLOAK.protected_resources, _SANDBOX)})

# A move between two servers: production is at both and prefers the second; test is at the first only.
_OLD, _NEW = KEYCLOAK.authorization_servers[0], GENERIC.authorization_servers[0]
_MOVED_CLIENTS = tuple(
    client.model_copy(update={"access": ("456/production",), "token_requests": ()}) for client in _NEW.clients
)
_MOVING = _with_production(
    KEYCLOAK,
    GENERIC.protected_resources[0].authorization_servers[0],
    KEYCLOAK.protected_resources[0].authorization_servers[0],
).model_copy(update={"authorization_servers": (_OLD, _NEW.model_copy(update={"clients": _MOVED_CLIENTS}))})

# The same move, to a server with DPoP: production prefers the server that has none.
_MOVING_DPOP = _with_production(
    _MOVING,
    GENERIC.protected_resources[0].authorization_servers[0],
    DPOP.protected_resources[0].authorization_servers[0],
).model_copy(
    update={"authorization_servers": (DPOP.authorization_servers[0], *_MOVING.authorization_servers[1:])}
)

SETTINGS = {
    "keycloak": KEYCLOAK,
    "keycloak-closed": _CLOSED,
    "keycloak-wildcard": _WILDCARD,
    "keycloak-no-skew": _with_profile(KEYCLOAK, clock_skew_seconds=0),
    "keycloak-nested": _NESTED,
    "keycloak-other-letters": _OTHER_LETTERS,
    "keycloak-dpop": DPOP,
    "keycloak-dpop-only": DPOP_ONLY,
    "moving": _MOVING,
    "moving-dpop": _MOVING_DPOP,
    "entra": ENTRA,
    "entra-two-roles": _TWO_ROLES,
    "entra-no-role-claim": _with_profile(ENTRA, role_claim=None),
    "auth0": AUTH0,
    "scalekit": SCALEKIT,
    "generic": GENERIC,
    "generic-conditions": _CONDITIONS,
}
"""By file name."""
