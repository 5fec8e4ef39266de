"""Checks of what Keycloak has registered, read by its admin API: just what is declared, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.admin_api import realm_path
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, bad, good, judged
from flow_mcp.operations.verify.target import Target
from flow_mcp.settings import Client, Grant

_GUIDE = "https://www.keycloak.org/docs/latest/server_admin/"
_UP = "Run `pulumi refresh` and `pulumi up`, and find out who changed the client by hand."


@check(
    "V-CLIENT-001",
    "Each managed client exists and is switched on",
    meaning="The application cannot sign in at all: invalid_client.",
    remedy=_UP,
    reference=f"{_GUIDE}#assembly-managing-clients_server_administration_guide",
)
def exists(target: Target) -> Iterator[Observation]:
    for client, found in _clients(target):
        state = "not there" if found is None else "on" if found.get("enabled") else "switched off"
        yield judged(client.name, f"{client.client_id}: {state}", right=state == "on")


_FLOWS = {
    "standardFlowEnabled": "authorization code",
    "implicitFlowEnabled": "implicit",
    "directAccessGrantsEnabled": "password",
    "serviceAccountsEnabled": "client credentials",
}
_ATTRIBUTES = {
    "oauth2.device.authorization.grant.enabled": "device",
    "oidc.ciba.grant.enabled": "CIBA",
    "standard.token.exchange.enabled": "token exchange",
    "oauth2.jwt.authorization.grant.enabled": "JWT bearer",
}


@check(
    "V-CLIENT-002",
    "Each managed client has just its declared grant",
    meaning="Too many: the client gets tokens in a way that nobody declared. Too few: it cannot sign in.",
    remedy=_UP,
    reference=f"{_GUIDE}#con-capability-config_server_administration_guide",
)
def grants(target: Target) -> Iterator[Observation]:
    for client, found in _present(target):
        attributes = found.get("attributes") or {}
        on = [name for key, name in _FLOWS.items() if found.get(key)]
        on += [name for key, name in _ATTRIBUTES.items() if attributes.get(key) == "true"]
        person = client.grant is Grant.AUTHORIZATION_CODE
        wanted = ["authorization code" if person else "client credentials"]
        yield judged(client.name, f"{', '.join(on) or 'none'}; declared: {wanted[0]}", right=on == wanted)


@check(
    "V-CLIENT-003",
    "Each managed client has just its declared redirect URIs and web origins",
    meaning="Too many: codes can be sent to somebody else's address. Too few: people come back to an error "
    "page.",
    remedy=_UP,
    reference="https://www.rfc-editor.org/rfc/rfc9700#section-4.1",
)
def redirects(target: Target) -> Iterator[Observation]:
    for client, found in _present(target):
        declared = target.declared.tenant.clients[client.name]
        yield _compared(client.name, "redirect URIs", found.get("redirectUris"), declared.redirect_uris)
        if declared.web_origins or found.get("webOrigins"):
            yield _compared(client.name, "web origins", found.get("webOrigins"), declared.web_origins)


@check(
    "V-CLIENT-004",
    "Each managed client has just the scopes of its resources, as optional ones",
    meaning="Too many: its tokens open environments that it was not given. Too few: it cannot ask for its "
    "own. As "
    "default scopes: every token carries every audience.",
    remedy=_UP,
    reference=f"{_GUIDE}#_client_scopes",
)
def scopes(target: Target) -> Iterator[Observation]:
    for client, found in _present(target):
        declared = [
            scope
            for resource in target.settings.protected_resources
            if resource.key in client.access
            for scope in target.scopes(resource)
        ]
        if client.grant is Grant.AUTHORIZATION_CODE:
            declared.append(names.OFFLINE_ACCESS)
        yield _compared(client.name, "optional scopes", found.get("optionalClientScopes"), declared)
        yield _compared(client.name, "default scopes", found.get("defaultClientScopes"), ["basic"])
        yield judged(
            client.name,
            f"full scope: {found.get('fullScopeAllowed')}",
            right=not found.get("fullScopeAllowed"),
        )


@check(
    "V-CLIENT-005",
    "Each client of people must use PKCE with S256",
    meaning="A stolen authorization code is enough to get a token.",
    remedy=_UP,
    reference="https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1",
)
def pkce(target: Target) -> Iterator[Observation]:
    for client, found in _present(target):
        if client.grant is Grant.AUTHORIZATION_CODE:
            method = (found.get("attributes") or {}).get("pkce.code.challenge.method")
            yield judged(client.name, f"required method: {method or 'none'}", right=method == "S256")


_AUTHENTICATORS = {"client-secret": "client-secret", "private-key-jwt": "client-jwt"}


@check(
    "V-CLIENT-006",
    "Each managed client authenticates as declared",
    meaning="A public client that should have a credential can be impersonated; one with another way fails "
    "with "
    "invalid_client.",
    remedy=_UP,
    reference=f"{_GUIDE}#_client-credentials",
)
def authentication(target: Target) -> Iterator[Observation]:
    for client, found in _present(target):
        if client.authentication == "none":
            yield judged(
                client.name, f"public: {found.get('publicClient')}", right=found.get("publicClient") is True
            )
        else:
            way = "none" if found.get("publicClient") else found.get("clientAuthenticatorType")
            right = way == _AUTHENTICATORS.get(client.authentication or "")
            yield judged(client.name, f"{way}; declared: {client.authentication}", right=right)


@check(
    "V-SCOPE-001",
    "Each resource's scope brings its audience, and no other",
    meaning="Without it, tokens have no audience and the runtime answers 401 for ever; with another, one "
    "token "
    "opens two environments.",
    remedy=_UP.replace("client", "scope"),
    reference=f"{_GUIDE}#_audience_hardcoded",
)
def audience(target: Target) -> Iterator[Observation]:
    for key, url, scope in _scopes(target):
        if scope is None:
            yield bad(key, "the client scope is not there")
            continue
        mappers = [
            mapper.get("config") or {}
            for mapper in scope.get("protocolMappers") or ()
            if mapper.get("protocolMapper") == "oidc-audience-mapper"
        ]
        found = [
            config.get("included.custom.audience") or config.get("included.client.audience")
            for config in mappers
            if config.get("access.token.claim") == "true"
        ]
        yield _compared(key, "audiences", found, [url])


@check(
    "V-SCOPE-002",
    "Each resource's scope is gated by its roles",
    meaning="People and programs outside the declared groups get tokens with the resource's audience.",
    remedy=_UP.replace("client", "scope"),
    reference=f"{_GUIDE}#_client_scopes_permissions",
)
def gates(target: Target) -> Iterator[Observation]:
    api, server, declared = target.admin, target.keycloak, target.declared
    by_key = {resource.key: resource for resource in declared.resources}
    for key, _, scope in _scopes(target):
        if scope is None or key not in by_key:
            continue
        people = admitted(declared, by_key[key])
        if people.everyone:
            yield good(key, "open to everyone, as declared")
            continue
        roles = api.get(
            realm_path(server.realm.name, "client-scopes", scope["id"], "scope-mappings", "realm")
        )
        wanted = [names.programs_role(declared, by_key[key])]
        if people.groups:
            wanted.append(names.people_role(declared, by_key[key]))
        yield _compared(key, "roles", [role["name"] for role in roles], wanted)


def _clients(target: Target) -> Iterator[tuple[Client, dict[str, Any] | None]]:
    api, realm = target.admin, target.keycloak.realm.name
    for client in target.managed:
        found = api.get(realm_path(realm, "clients"), clientId=client.client_id)
        yield client, found[0] if found else None


def _present(target: Target) -> Iterator[tuple[Client, dict[str, Any]]]:
    for client, found in _clients(target):
        if found is not None and client.name in target.declared.tenant.clients:
            yield client, found


def _scopes(target: Target) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """By protected resource: key, URL, and its client scope."""
    found = target.admin.get(realm_path(target.keycloak.realm.name, "client-scopes"))
    by_name = {scope["name"]: scope for scope in found}
    for resource in target.settings.protected_resources:
        for name in target.scopes(resource):
            yield resource.key, resource.url, by_name.get(name)


def _compared(subject: str, what: str, found: Any, declared: Any) -> Observation:
    have, wanted = sorted(map(str, found or ())), sorted(map(str, declared))
    extra, missing = sorted(set(have) - set(wanted)), sorted(set(wanted) - set(have))
    parts = [f"{what}: {', '.join(have) or 'none'}"]
    parts += [f"not declared: {', '.join(extra)}"] if extra else []
    parts += [f"missing: {', '.join(missing)}"] if missing else []
    return judged(subject, "; ".join(parts), right=not extra and not missing)
