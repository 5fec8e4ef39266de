"""A realm that administrators made by hand, with 30 varied clients."""

from __future__ import annotations

from typing import Any

import httpx

from tests.live.drifting import RealmByHand

NAME = "handmade"
FLOW = f"https://app.profitbase.biz/flow/mcp/tenants/{NAME}"
_PROGRAM = {"publicClient": False, "standardFlowEnabled": False, "serviceAccountsEnabled": True}
_PERSON = {"publicClient": True, "directAccessGrantsEnabled": False}
_CERTIFICATE = (
    "MIIBgTCCASegAwIBAgIUFnVpJHD8lAQHsfp6yYcTE0Sx2p8wCgYIKoZIzj0EAwIwFjEUMBIGA1UEAwwLcmVwb3J0LWtleXMwHhcN"
)


def url(key: str) -> str:
    workspace, _, environment = key.partition("/")
    return f"{FLOW}/workspaces/{workspace}/environments/{environment}"


def audience(name: str, value: str, **config: str) -> dict[str, Any]:
    return {
        "name": name,
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {"included.custom.audience": value, "access.token.claim": "true", **config},
    }


_SCOPES: dict[str, dict[str, Any]] = {
    "mcp-prod": {"protocolMappers": [audience("flow production", url("1/production"))]},
    "mcp.test": {
        "description": "Flow, test",
        "attributes": {"include.in.token.scope": "false", "display.on.consent.screen": "false"},
        "protocolMappers": [audience("aud", url("1/test"), **{"id.token.claim": "true"})],
    },
    "mcp-two": {"protocolMappers": [audience("a", url("2/production")), audience("b", url("2/test"))]},
    "mcp-x": {"protocolMappers": [audience("x", url("3/production"))]},
    "mcp-y": {"protocolMappers": [audience("y", url("3/production"))]},
    "flow": {"protocolMappers": [audience("all", "https://app.profitbase.biz/flow")]},
    "erp": {"protocolMappers": [audience("erp", "https://erp.handmade.example")]},
}

CLIENTS: dict[str, dict[str, Any]] = {
    # people
    "desktop": {
        **_PERSON,
        "redirectUris": ["http://127.0.0.1/callback"],
        "optionalClientScopes": ["mcp-prod", "offline_access"],
        "attributes": {"pkce.code.challenge.method": "S256"},
    },
    "Portal_Web": {
        **_PERSON,
        "name": "Portál 日本語",
        "description": "made in 2021",
        "redirectUris": ["https://portal.handmade.example/*", "https://portal.handmade.example/cb"],
        "webOrigins": ["+"],
        "defaultClientScopes": ["basic", "email", "profile", "mcp-prod"],
        "rootUrl": "https://portal.handmade.example",
        "baseUrl": "/start",
        "fullScopeAllowed": True,
    },
    "wildcards-only": {
        **_PERSON,
        "redirectUris": ["http://localhost:*", "/relative/*"],
        "rootUrl": "https://wild.handmade.example",
        "webOrigins": ["https://wild.handmade.example", "*"],
        "defaultClientScopes": ["mcp-prod"],
    },
    "portal-confidential": {
        "publicClient": False,
        "secret": "portal-confidential-secret",
        "redirectUris": ["https://confidential.handmade.example/cb"],
        "optionalClientScopes": ["mcp.test"],
        "directAccessGrantsEnabled": True,
        "attributes": {"access.token.lifespan": "900", "login_theme": "keycloak"},
    },
    "mobile": {
        **_PERSON,
        "redirectUris": ["com.handmade.app:/oauth"],
        "optionalClientScopes": ["mcp-prod"],
        "attributes": {
            "oauth2.device.authorization.grant.enabled": "true",
            "oauth2.device.code.lifespan": "600",
        },
    },
    "disabled-portal": {
        **_PERSON,
        "enabled": False,
        "redirectUris": ["https://old.handmade.example/cb"],
        "optionalClientScopes": ["mcp-prod"],
    },
    "both-grants": {
        "publicClient": False,
        "secret": "both-grants-secret",
        "serviceAccountsEnabled": True,
        "redirectUris": ["https://both.handmade.example/cb"],
        "optionalClientScopes": ["mcp-prod"],
    },
    "implicit": {
        **_PERSON,
        "implicitFlowEnabled": True,
        "consentRequired": True,
        "redirectUris": ["https://implicit.handmade.example/cb"],
        "optionalClientScopes": ["mcp-prod"],
        "frontchannelLogout": True,
        "attributes": {"post.logout.redirect.uris": "https://implicit.handmade.example/out"},
    },
    "plain-pkce": {
        **_PERSON,
        "redirectUris": ["https://plain.handmade.example/cb"],
        "optionalClientScopes": ["mcp-prod"],
        "attributes": {"pkce.code.challenge.method": "plain"},
    },
    "session-state": {
        **_PERSON,
        "redirectUris": ["https://session.handmade.example/cb"],
        "optionalClientScopes": ["mcp-prod"],
        "attributes": {"exclude.session.state.from.auth.response": "true"},
    },
    "two-workspaces": {
        **_PERSON,
        "redirectUris": ["https://two.handmade.example/cb"],
        "optionalClientScopes": ["mcp-two", "mcp-x"],
    },
    # programs
    "nightly": {**_PROGRAM, "secret": "nightly-secret", "defaultClientScopes": ["basic", "mcp-prod"]},
    "reports": {
        **_PROGRAM,
        "clientAuthenticatorType": "client-jwt",
        "optionalClientScopes": ["mcp.test"],
        "attributes": {"use.jwks.url": "true", "jwks.url": "https://reports.handmade.example/jwks.json"},
    },
    "signer": {
        **_PROGRAM,
        "clientAuthenticatorType": "client-jwt",
        "optionalClientScopes": ["mcp.test"],
        "attributes": {"jwt.credential.public.key": "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"},
    },
    "broken-certificate": {
        **_PROGRAM,
        "clientAuthenticatorType": "client-jwt",
        "optionalClientScopes": ["mcp-prod"],
        "attributes": {"jwt.credential.certificate": _CERTIFICATE},
    },
    "mutual-tls": {
        **_PROGRAM,
        "clientAuthenticatorType": "client-x509",
        "optionalClientScopes": ["mcp-prod"],
    },
    "own-mapper": {
        **_PROGRAM,
        "secret": "own-mapper-secret",
        "protocolMappers": [audience("straight to production", url("1/production"))],
    },
    "authorizing": {
        **_PROGRAM,
        "secret": "authorizing-secret",
        "authorizationServicesEnabled": True,
        "optionalClientScopes": ["flow"],
    },
    "flow-wide": {
        **_PROGRAM,
        "secret": "flow-wide-secret",
        "defaultClientScopes": ["flow"],
        "redirectUris": ["https://wide.handmade.example/*"],
        "webOrigins": ["https://wide.handmade.example"],
    },
    "disabled-agent": {
        **_PROGRAM,
        "enabled": False,
        "secret": "disabled-agent-secret",
        "optionalClientScopes": ["mcp-prod"],
    },
    "token-exchange": {
        **_PROGRAM,
        "secret": "token-exchange-secret",
        "optionalClientScopes": ["mcp-prod"],
        "attributes": {
            "standard.token.exchange.enabled": "true",
            "client_credentials.use_refresh_token": "TRUE",
        },
    },
    "https://agent.handmade.example/id?x=1": {
        **_PROGRAM,
        "secret": "agent-secret",
        "optionalClientScopes": ["mcp-prod"],
    },
    "клиент": {**_PROGRAM, "optionalClientScopes": ["mcp-prod"]},
    "with space": {**_PROGRAM, "optionalClientScopes": ["mcp-prod"]},
    "password-only": {
        "publicClient": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": True,
        "optionalClientScopes": ["mcp-prod"],
    },
    "bearer": {"bearerOnly": True, "optionalClientScopes": ["mcp-prod"]},
    # other people's
    "erp": {**_PROGRAM, "optionalClientScopes": ["erp"]},
    "intranet": {**_PERSON, "redirectUris": ["https://intranet.handmade.example/*"]},
    "顧客": {**_PERSON, "redirectUris": ["https://kokyaku.example/*"]},
    # Without signatures, Keycloak generates no keys, which takes it many seconds.
    "saml": {
        "protocol": "saml",
        "attributes": {"saml.client.signature": "false", "saml.server.signature": "false"},
    },
}
OTHERS = ("erp", "intranet", "顧客", "saml")
"""Clients that have nothing to do with Flow."""


def create(admin: httpx.Client) -> RealmByHand:
    """Create the realm with its clients, scopes, roles and groups."""
    admin.post("", json={"realm": NAME, "enabled": True})
    realm = RealmByHand(admin, NAME)
    for name, scope in _SCOPES.items():
        realm.add("client-scopes", {"name": name, "protocol": "openid-connect", **scope})
    for role in ("planner", "auditor", "everything"):
        realm.add("roles", {"name": role})
    roles = {role["name"]: role for role in realm.get("roles")}
    realm.add("roles/everything/composites", [roles["planner"], roles["auditor"]])
    parent = realm.add("groups", {"name": "finance"})
    for name in ("planners", "EMEA"):
        group = realm.add(f"groups/{parent}/children", {"name": name})
        realm.add(f"groups/{group}/role-mappings/realm", [roles["planner"]])
    gated = realm.scope_named("mcp.test")["id"]
    realm.add(f"client-scopes/{gated}/scope-mappings/realm", [roles["planner"]])
    for client_id, client in CLIENTS.items():
        realm.add("clients", {"clientId": client_id, "fullScopeAllowed": False, **client})
    nightly = realm.client_by_id("nightly")["id"]
    account = realm.get(f"clients/{nightly}/service-account-user")["id"]
    realm.add(f"users/{account}/role-mappings/realm", [roles["everything"]])
    return realm


def everything(realm: RealmByHand) -> dict[str, Any]:
    """Return the realm's clients with their secrets, scopes, roles, groups and policies in a stable order."""
    paths = ("client-scopes", "roles", "groups", "client-policies/profiles", "client-policies/policies")
    content = {path: realm.get(path) for path in (*paths, "components")}
    content["clients"] = {client["clientId"]: client for client in realm.get("clients")}
    return {path: _stable(value) for path, value in content.items()}


def _stable(value: Any) -> Any:
    """Return the value with its lists sorted: Keycloak returns sets in any order."""
    if isinstance(value, dict):
        return {key: _stable(value[key]) for key in sorted(value)}
    return sorted(map(_stable, value), key=repr) if isinstance(value, list) else value
