"""Manual changes of managed objects in a realm, with the drift that each causes."""

from __future__ import annotations

from collections.abc import Callable

from tests.live.drifting import RealmByHand

EVIL = "https://evil.example"

Expected = tuple[str, str, str, str, str | None, str]
"""Type, resource, property, risk, kind and text of a drift."""


def _redirect_and_origin(realm: RealmByHand) -> None:
    realm.change_client(
        "desktop", redirectUris=["http://127.0.0.1/callback", f"{EVIL}/*"], webOrigins=[f"{EVIL}"]
    )


def _grants(realm: RealmByHand) -> None:
    # The plugin reads only the first of them.
    attributes = {"standard.token.exchange.enabled": "true", "oidc.ciba.grant.enabled": "true"}
    realm.change_client("web", attributes=attributes)


def _pkce(realm: RealmByHand) -> None:
    realm.change_client("web", attributes={"pkce.code.challenge.method": ""})


def _disabled(realm: RealmByHand) -> None:
    realm.change_client("desktop", enabled=False, directAccessGrantsEnabled=True, fullScopeAllowed=True)


def _secret(realm: RealmByHand) -> None:
    realm.change_client("agent", secret="chosen-by-hand-and-not-the-stacks")


def _key_and_lifetime(realm: RealmByHand) -> None:
    realm.change_client("signer", attributes={"jwks.url": f"{EVIL}/keys", "access.token.lifespan": "86400"})


def _mark(realm: RealmByHand) -> None:
    realm.change_client("web", attributes={"flowMcpOwner": ""})


def _deleted_client(realm: RealmByHand) -> None:
    realm.delete(f"clients/{realm.client('reporter')['id']}")


def _default_scope(realm: RealmByHand) -> None:
    client, scope = realm.client("desktop")["id"], realm.scope("1/test")["id"]
    realm.delete(f"clients/{client}/optional-client-scopes/{scope}")
    realm.change(f"clients/{client}/default-client-scopes/{scope}", None)


def _audience(realm: RealmByHand) -> None:
    path, mapper = realm.mapper("1/production", "audience")
    realm.change(path, {**mapper, "config": {**mapper["config"], "included.custom.audience": EVIL}})


def _program_mapper(realm: RealmByHand) -> None:
    realm.delete(realm.mapper("1/production", "program")[0])


def _gates(realm: RealmByHand) -> None:
    path = f"client-scopes/{realm.scope('1/test')['id']}/scope-mappings/realm"
    realm.delete(path, realm.get(path))


def _one_gate(realm: RealmByHand) -> None:
    path = f"client-scopes/{realm.scope('1/production')['id']}/scope-mappings/realm"
    realm.delete(path, [realm.access_role("1/production", "people")])


def delete_scope(realm: RealmByHand) -> None:
    realm.delete(f"client-scopes/{realm.scope('1/staging')['id']}")


def _service_account(realm: RealmByHand) -> None:
    path = f"users/{realm.service_account('signer')}/role-mappings/realm"
    realm.delete(path, [realm.access_role("1/test", "programs")])


def _group(realm: RealmByHand) -> None:
    path = f"groups/{realm.group('planners')}/role-mappings/realm"
    realm.delete(path, [realm.access_role("1/production", "people")])


def _deleted_role(realm: RealmByHand) -> None:
    realm.delete(f"roles-by-id/{realm.access_role('1/staging', 'people')['id']}")


def _composite(realm: RealmByHand) -> None:
    role = realm.access_role("1/test", "people")
    realm.add(f"roles-by-id/{role['id']}/composites", [realm.role("offline_access")])


def _realm(realm: RealmByHand) -> None:
    realm.change("", {"registrationAllowed": True, "sslRequired": "none", "bruteForceProtected": False})


def _redirect_host(realm: RealmByHand) -> None:
    policy = realm.registration_policy("trusted-hosts")
    hosts = [*policy["config"]["trusted-hosts"], "evil.example"]
    realm.change(
        f"components/{policy['id']}", {**policy, "config": {**policy["config"], "trusted-hosts": hosts}}
    )


def _deleted_policy(realm: RealmByHand) -> None:
    realm.delete(f"components/{realm.registration_policy('max-clients')['id']}")


def _client_policy(realm: RealmByHand) -> None:
    policies = realm.client_policies()
    realm.set_client_policies(
        [{**policy, "enabled": not policy["name"].endswith(":dynamic")} for policy in policies]
    )


def _optional_scope(realm: RealmByHand) -> None:
    realm.delete(f"default-optional-client-scopes/{realm.scope('1/test')['id']}")


DRIFTS: dict[Callable[[RealmByHand], None], tuple[Expected, ...]] = {
    _redirect_and_origin: (
        ("client", "desktop", "validRedirectUris", "medium", "redirect-uri-added",
         f"desktop accepts the redirect URI {EVIL}/*."),
        ("client", "desktop", "webOrigins", "medium", "web-origin-added",
         f"desktop accepts the web origin {EVIL}."),
    ),
    _grants: (
        ("client", "web", "standardTokenExchangeEnabled", "high", "client-grant-changes",
         "web has the token exchange grant."),
        ("client", "web", "oidc.ciba.grant.enabled", "high", "client-grant-changes",
         "web has the CIBA grant."),
    ),
    _pkce: (
        ("client", "web", "pkceCodeChallengeMethod", "high", None,
         "web does not require PKCE with S256: an attacker can exchange a stolen authorization code "
         "for a token."),
    ),
    _disabled: (
        ("client", "desktop", "enabled", "medium", "client-removed", "desktop is disabled."),
        ("client", "desktop", "directAccessGrantsEnabled", "high", "client-grant-changes",
         "desktop has the password grant."),
        ("client", "desktop", "fullScopeAllowed", "medium", "client-gains-access",
         "Tokens of desktop contain all roles of the user (full scope allowed)."),
    ),
    _secret: (
        ("client", "agent", "clientSecret", "medium", "secret-rotates",
         "The secret of agent differs from the stack's output clientSecrets."),
    ),
    _key_and_lifetime: (
        ("client", "signer", "extraConfig.jwks.url", "high", "client-key-changes",
         f"signer authenticates with other keys: jwks.url is {EVIL}/keys."),
        ("client", "signer", "accessTokenLifespan", "medium", "lifetime-grows",
         "Access tokens of signer are valid for 1d; the stack set 5m."),
    ),
    _mark: (
        ("client", "web", "extraConfig.flowMcpOwner", "medium", None,
         "web no longer has the owner mark."),
    ),
    _deleted_client: (
        ("client", "reporter", "", "medium", "client-removed", "The client reporter was deleted."),
    ),
    _default_scope: (
        ("client", "desktop-default-scopes", "defaultScopes", "medium", "client-gains-access",
         "Every token of desktop is valid for 1/test: its scope is a default scope."),
        ("client", "desktop-optional-scopes", "optionalScopes", "medium", "client-loses-access",
         "desktop may no longer request 1/test."),
    ),
    _audience: (
        ("mapper", "1/production-audience", "includedCustomAudience", "high", "resource-recognition-changes",
         f"Tokens for 1/production have the audience {EVIL}."),
    ),
    _program_mapper: (
        ("mapper", "1/production-program", "", "high", "token-reading-changes",
         "The mapper program of 1/production was deleted: a token of a program is accepted as a person's."),
    ),
    _gates: tuple(
        ("gate", f"1/test-{who}", "", "high", "everyone-gains-access",
         f"The scope of 1/test no longer requires the role of its {who}: anyone who may request it gets it.")
        for who in ("people", "programs")
    ),
    _one_gate: (
        ("gate", "1/production-people", "", "medium", "group-loses-access",
         "The role of the people of 1/production no longer grants its scope."),
    ),
    delete_scope: (
        ("client scope", "1/staging", "", "medium", "resource-closes",
         "The client scope of 1/staging was deleted: no client gets a token for it."),
    ),
    _service_account: (
        ("role of a service account", "signer/1/test", "", "medium", "client-loses-access",
         "signer lost its role for 1/test."),
    ),
    _group: (
        ("group", "planners", "roleIds", "medium", "group-loses-access",
         "The group planners no longer reaches 1/production."),
    ),
    _deleted_role: (
        ("role", "1/staging-people-role", "", "medium", "group-loses-access",
         "The role flow-mcp:drifting:1:staging:people was deleted: the people of 1/staging lose access."),
    ),
    _composite: (
        ("role", "1/test-people-role", "compositeRoles", "high", None,
         "The role flow-mcp:drifting:1:test:people contains offline_access."),
    ),
    _realm: (
        ("realm", "realm", "registrationAllowed", "high", "everyone-gains-access",
         "Anyone can create an account in the realm."),
        ("realm", "realm", "securityDefenses", "high", None,
         "The realm no longer detects brute force attacks on passwords."),
        ("realm", "realm", "sslRequired", "high", None,
         "The realm accepts requests without TLS in more cases."),
    ),
    _redirect_host: (
        ("registration", "registration", "redirectHosts", "high", "registration-widens",
         "Registrations may have the redirect host evil.example."),
    ),
    _deleted_policy: (
        ("registration", "registration", "deviations", "high", "registration-widens",
         "Registration: the policy Max Clients Limit is missing."),
    ),
    _client_policy: (
        ("client policy", "dynamic-policy", "enabled", "high", "registration-widens",
         "The client dynamic policy is disabled."),
    ),
    _optional_scope: (
        ("registration", "registration", "realmOptionalScopes", "medium", "registration-loses-access",
         "Clients with dynamic registration no longer get the scope flow-mcp/drifting/1/test."),
    ),
}  # fmt: skip
"""The manual changes, in this order, and the expected drift of each."""
