"""Checks that Keycloak's clients and scopes are exactly as declared, by its admin API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.admin_api import realm_path
from flow_mcp.authorization_servers.keycloak.grants import AUTHENTICATORS, allowed_grants
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, bad, good, observe
from flow_mcp.operations.verify.target import Target
from flow_mcp.settings import Client, Grant

_GUIDE = "https://www.keycloak.org/docs/latest/server_admin/"
_RESTORE = "Run `pulumi refresh` and `pulumi up`. Find out who changed the client by hand."


@check(
    "V-CLIENT-001",
    "Each managed client exists and is enabled",
    meaning="The application cannot sign in: invalid_client.",
    remedy=_RESTORE,
    reference=f"{_GUIDE}#assembly-managing-clients_server_administration_guide",
)
def exists(target: Target) -> Iterator[Observation]:
    for client, registered in _clients(target):
        state = "missing" if registered is None else "enabled" if registered.get("enabled") else "disabled"
        yield observe(client.name, f"{client.client_id}: {state}", passed=state == "enabled")


@check(
    "V-CLIENT-002",
    "Each managed client has exactly its declared grants",
    meaning="An extra grant lets the client get tokens in an undeclared way; without its grant it cannot "
    "sign in.",
    remedy=_RESTORE,
    reference=f"{_GUIDE}#con-capability-config_server_administration_guide",
)
def grants(target: Target) -> Iterator[Observation]:
    for client, registered in present(target):
        enabled = allowed_grants(registered)
        person = client.grant is Grant.AUTHORIZATION_CODE
        expected = ["authorization code" if person else "client credentials"]
        expected += ["JWT bearer"] if client.identity_assertion else []
        yield observe(
            client.name,
            f"{', '.join(enabled) or 'none'}; declared: {', '.join(expected)}",
            passed=enabled == expected,
        )


@check(
    "V-CLIENT-003",
    "Each managed client has exactly its declared redirect URIs and web origins",
    meaning="Extra redirect URIs let an attacker receive codes; missing ones end sign-in with an error.",
    remedy=_RESTORE,
    reference="https://www.rfc-editor.org/rfc/rfc9700#section-4.1",
)
def redirects(target: Target) -> Iterator[Observation]:
    for client, registered in present(target):
        declared = target.declared.tenant.clients[client.name]
        yield _compared(client.name, "redirect URIs", registered.get("redirectUris"), declared.redirect_uris)
        if declared.web_origins or registered.get("webOrigins"):
            yield _compared(client.name, "web origins", registered.get("webOrigins"), declared.web_origins)


@check(
    "V-CLIENT-004",
    "Each managed client has exactly its resources' scopes, as optional scopes unless requestsScope is false",
    meaning="Extra scopes give access to other environments; missing ones prevent access to its own. With "
    "default scopes, every token has every audience.",
    remedy=_RESTORE,
    reference=f"{_GUIDE}#_client_scopes",
)
def scopes(target: Target) -> Iterator[Observation]:
    for client, registered in present(target):
        declared = [
            scope
            for resource in target.settings.protected_resources
            if resource.key in client.access
            for scope in target.scopes(resource)
        ]
        unasked = declared if target.declared.tenant.clients[client.name].gets_scope_unasked else []
        optional = [] if unasked else [*declared]
        if client.grant is Grant.AUTHORIZATION_CODE:
            optional.append(names.OFFLINE_ACCESS)
        yield _compared(client.name, "optional scopes", registered.get("optionalClientScopes"), optional)
        registered_default = registered.get("defaultClientScopes") or []
        if client.grant is Grant.CLIENT_CREDENTIALS:
            registered_default = [scope for scope in registered_default if scope != names.SERVICE_ACCOUNT]
        yield _compared(client.name, "default scopes", registered_default, ["basic", *unasked])
        yield observe(
            client.name,
            f"full scope: {registered.get('fullScopeAllowed')}",
            passed=not registered.get("fullScopeAllowed"),
        )


@check(
    "V-CLIENT-005",
    "Each client for people requires PKCE with S256",
    meaning="An attacker can exchange a stolen authorization code for a token.",
    remedy=_RESTORE,
    reference="https://www.rfc-editor.org/rfc/rfc9700#section-2.1.1",
)
def pkce(target: Target) -> Iterator[Observation]:
    for client, registered in present(target):
        if client.grant is Grant.AUTHORIZATION_CODE:
            method = (registered.get("attributes") or {}).get("pkce.code.challenge.method")
            yield observe(client.name, f"required method: {method or 'none'}", passed=method == "S256")


@check(
    "V-CLIENT-006",
    "Each managed client authenticates as declared",
    meaning="A public client that should have a credential can be impersonated; a client with another "
    "method fails with invalid_client.",
    remedy=_RESTORE,
    reference=f"{_GUIDE}#_client-credentials",
)
def authentication(target: Target) -> Iterator[Observation]:
    for client, registered in present(target):
        if client.authentication == "none":
            yield observe(
                client.name,
                f"public: {registered.get('publicClient')}",
                passed=registered.get("publicClient") is True,
            )
        else:
            method = "none" if registered.get("publicClient") else registered.get("clientAuthenticatorType")
            right = method == AUTHENTICATORS.get(client.authentication or "")
            yield observe(client.name, f"{method}; declared: {client.authentication}", passed=right)


@check(
    "V-SCOPE-001",
    "Each resource's scope adds exactly its audience",
    meaning="Without the audience, the runtime answers every call with 401. With another one, one token is "
    "valid for two environments.",
    remedy=_RESTORE.replace("client", "scope"),
    reference=f"{_GUIDE}#_audience_hardcoded",
)
def audience(target: Target) -> Iterator[Observation]:
    for key, url, scope in _scopes(target):
        if scope is None:
            yield bad(key, "the client scope is missing")
            continue
        mappers = [
            mapper.get("config") or {}
            for mapper in scope.get("protocolMappers") or ()
            if mapper.get("protocolMapper") == "oidc-audience-mapper"
        ]
        audiences = [
            config.get("included.custom.audience") or config.get("included.client.audience")
            for config in mappers
            if config.get("access.token.claim") == "true"
        ]
        yield _compared(key, "audiences", audiences, [url])


@check(
    "V-SCOPE-002",
    "Each resource's scope is restricted to its roles",
    meaning="People and programs outside the declared groups get tokens with the resource's audience.",
    remedy=_RESTORE.replace("client", "scope"),
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
        expected = [names.programs_role(declared, by_key[key])]
        if people.groups:
            expected.append(names.people_role(declared, by_key[key]))
        yield _compared(key, "roles", [role["name"] for role in roles], expected)


def _clients(target: Target) -> Iterator[tuple[Client, dict[str, Any] | None]]:
    api, realm = target.admin, target.keycloak.realm.name
    for client in target.managed:
        matches = api.get(realm_path(realm, "clients"), clientId=client.client_id)
        yield client, matches[0] if matches else None


def present(target: Target) -> Iterator[tuple[Client, dict[str, Any]]]:
    """Yield the declared clients that exist, each with its representation in Keycloak's admin API."""
    for client, registered in _clients(target):
        if registered is not None and client.name in target.declared.tenant.clients:
            yield client, registered


def _scopes(target: Target) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """Yield key, URL and client scope of each protected resource."""
    scopes = target.admin.get(realm_path(target.keycloak.realm.name, "client-scopes"))
    by_name = {scope["name"]: scope for scope in scopes}
    for resource in target.settings.protected_resources:
        for name in target.scopes(resource):
            yield resource.key, resource.url, by_name.get(name)


def _compared(subject: str, label: str, registered: Any, declared: Any) -> Observation:
    actual, expected = sorted(map(str, registered or ())), sorted(map(str, declared))
    extra, missing = sorted(set(actual) - set(expected)), sorted(set(expected) - set(actual))
    parts = [f"{label}: {', '.join(actual) or 'none'}"]
    parts += [f"not declared: {', '.join(extra)}"] if extra else []
    parts += [f"missing: {', '.join(missing)}"] if missing else []
    return observe(subject, "; ".join(parts), passed=not extra and not missing)
