"""`flow-mcp drift` on a real Keycloak: it lists and mends each kind of drift and changes nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.drift.document import drift_schema
from tests.live.command import flow_mcp
from tests.live.drifting import RealmByHand
from tests.live.tenant import Tenant

_NAME = "drifting"
_EVIL = "https://evil.example"
_SERVER = "https://app.profitbase.biz/flow/mcp/tenants/drifting/workspaces/1/environments"
# Keycloak adds its scope `service_account` when a program's client is saved.
_SAVED = (
    "client",
    "{}-default-scopes",
    "defaultScopes",
    "low",
    None,
    "{} has the default scope service_account.",
)

_ADMINISTRATORS = {
    "displayName": "Drifting Ltd",
    "passwordPolicy": "length(14)",
    "smtpServer": {"host": "mail.example", "from": "id@drifting.example"},
}
"""Settings of an administrator, which no declaration contains."""

Expected = tuple[str, str, str, str, str | None, str]
"""Type, resource, property, risk, kind and text of a drift."""


def _declaration(keycloak: LocalKeycloak) -> dict[str, Any]:
    def person(redirect: str, *access: str) -> dict[str, Any]:
        people = {"groups": ["planners"]}
        return {
            "grant": "authorization-code",
            "redirectUris": [redirect],
            "access": list(access),
            "people": people,
        }

    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["production", "test", "staging"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "realm": {"name": _NAME, "create": True, "deletable": True},
                "registration": {
                    "dynamic": {"redirectHosts": ["127.0.0.1"], "access": ["1/test"]},
                    "metadataDocuments": {"domains": ["claude.ai"], "access": ["1/test"]},
                },
            }
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["1/production"]},
            "signer": {
                "grant": "client-credentials",
                "access": ["1/test"],
                "privateKeyJwt": {"jwksUrl": "https://signer.example/jwks.json"},
            },
            "reporter": {"grant": "client-credentials", "access": ["1/test"]},
            "desktop": person("http://127.0.0.1/callback", "*"),
            "web": person("https://web.example/callback", "1/test"),
        },
        "manualRegistrations": {"legacy": {"clientId": "legacy-crm", "access": ["1/production"]}},
    }


@pytest.fixture(scope="module")
def applied(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """The applied stack, and the client of its manual registration."""
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak))
    tenant.up()
    RealmByHand(admin, _NAME).add(
        "clients", {"clientId": "legacy-crm", "redirectUris": ["https://crm.example/"]}
    )
    yield tenant
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", _NAME)


@pytest.fixture(scope="module")
def realm(applied: Tenant, admin: httpx.Client) -> RealmByHand:
    return RealmByHand(admin, applied.name)


def _redirect_and_origin(realm: RealmByHand) -> None:
    realm.change_client(
        "desktop", redirectUris=["http://127.0.0.1/callback", f"{_EVIL}/*"], webOrigins=[f"{_EVIL}"]
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
    realm.change_client("signer", attributes={"jwks.url": f"{_EVIL}/keys", "access.token.lifespan": "86400"})


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
    realm.change(path, {**mapper, "config": {**mapper["config"], "included.custom.audience": _EVIL}})


def _program_mapper(realm: RealmByHand) -> None:
    realm.delete(realm.mapper("1/production", "program")[0])


def _gates(realm: RealmByHand) -> None:
    path = f"client-scopes/{realm.scope('1/test')['id']}/scope-mappings/realm"
    realm.delete(path, realm.get(path))


def _one_gate(realm: RealmByHand) -> None:
    path = f"client-scopes/{realm.scope('1/production')['id']}/scope-mappings/realm"
    realm.delete(path, [realm.access_role("1/production", "people")])


def _deleted_scope(realm: RealmByHand) -> None:
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


def _saved(client: str) -> Expected:
    kind, resource, name, risk, change, text = _SAVED
    return kind, resource.format(client), name, risk, change, text.format(client)


DRIFTS: dict[Callable[[RealmByHand], None], tuple[Expected, ...]] = {
    _redirect_and_origin: (
        ("client", "desktop", "validRedirectUris", "medium", "redirect-uri-added",
         f"desktop accepts the redirect URI {_EVIL}/*."),
        ("client", "desktop", "webOrigins", "medium", "web-origin-added",
         f"desktop accepts the web origin {_EVIL}."),
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
        _saved("agent"),
    ),
    _key_and_lifetime: (
        ("client", "signer", "extraConfig.jwks.url", "high", "client-key-changes",
         f"signer authenticates with other keys: jwks.url is {_EVIL}/keys."),
        ("client", "signer", "accessTokenLifespan", "medium", "lifetime-grows",
         "Access tokens of signer are valid for 1d; the stack set 5m."),
        _saved("signer"),
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
         f"Tokens for 1/production have the audience {_EVIL}."),
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
    _deleted_scope: (
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

APPEARED = [
    ("client", "intruder", "", "high",
     "intruder: It reaches 1/production. Grants: authorization code and password. "
     "Redirect URIs: https://evil.example/*."),
    ("client", "unrelated\x1b[31m", "", "low",
     '"unrelated\\u001b[31m": It reaches no protected resource. Grants: none.'),
    ("client-policy", "theirs", "", "low", "theirs: it changes what clients may or must do."),
    ("client-scope", "shortcut", "", "high", "shortcut: tokens with it are valid for 1/production."),
    ("gate", "default-roles-drifting", "flow-mcp/drifting/1/production", "high",
     "default-roles-drifting: everyone with this role gets the scope of 1/production."),
    ("initial-access-token", "", "", "medium", "The token allows 2 more client registrations."),
    ("mapper", "extra", "flow-mcp/drifting/1/production", "medium",
     "extra on the scope flow-mcp/drifting/1/production: it changes tokens (oidc-hardcoded-claim-mapper)."),
    ("mapper", "sneaky", "flow-mcp-drifting-desktop", "high",
     "sneaky on the client desktop: it adds the audience of 1/production."),
    ("registration-policy", "Clients Disabled", "anonymous", "medium",
     '"Clients Disabled": another policy (client-disabled) for anonymous registration.'),
    ("role", "boss", "", "high", "boss: everyone with it reaches 1/production."),
    ("role-member", "agent", "realm-management/manage-users", "high",
     "The program agent has the role realm-management/manage-users through its service account."),
    ("role-member", "mallory", "flow-mcp:drifting:1:production:people", "high",
     "The user mallory reaches 1/production with the role flow-mcp:drifting:1:production:people."),
]  # fmt: skip
"""The unmanaged objects that the test creates."""


def _create_unmanaged(realm: RealmByHand) -> None:
    audience = {"included.custom.audience": f"{_SERVER}/production", "access.token.claim": "true"}
    mapper = {"protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper", "config": audience}
    claim = {
        "claim.name": "admin",
        "claim.value": "true",
        "access.token.claim": "true",
        "jsonType.label": "String",
    }
    realm.add(
        "client-scopes",
        {"name": "shortcut", "protocol": "openid-connect", "protocolMappers": [{**mapper, "name": "a"}]},
    )
    realm.add(
        "clients",
        {
            "clientId": "intruder",
            "redirectUris": [f"{_EVIL}/*"],
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": True,
            "optionalClientScopes": ["shortcut"],
            "defaultClientScopes": [],
        },
    )
    realm.add(
        "clients", {"clientId": "unrelated\x1b[31m", "standardFlowEnabled": False, "optionalClientScopes": []}
    )
    desktop, production = realm.client("desktop")["id"], realm.scope("1/production")["id"]
    realm.add(f"clients/{desktop}/protocol-mappers/models", {**mapper, "name": "sneaky"})
    hardcoded = {**mapper, "name": "extra", "protocolMapper": "oidc-hardcoded-claim-mapper", "config": claim}
    realm.add(f"client-scopes/{production}/protocol-mappers/models", hardcoded)
    realm.add(f"client-scopes/{production}/scope-mappings/realm", [realm.role(f"default-roles-{_NAME}")])
    people = realm.access_role("1/production", "people")
    realm.add("roles", {"name": "boss"})
    realm.add(f"roles-by-id/{realm.role('boss')['id']}/composites", [people])
    user = realm.add("users", {"username": "mallory", "enabled": True})
    realm.add(f"users/{user}/role-mappings/realm", [people])
    management = realm.client_by_id("realm-management")["id"]
    rights = realm.get(f"clients/{management}/roles/manage-users")
    realm.add(f"users/{realm.service_account('agent')}/role-mappings/clients/{management}", [rights])
    realm.add_registration_policy("Clients Disabled", "client-disabled")
    realm.set_client_policies([*realm.client_policies(), {"name": "theirs", "enabled": True}])
    realm.add("clients-initial-access", {"count": 2, "expiration": 0})


def _delete_unmanaged(realm: RealmByHand) -> None:
    for client in ("intruder", "unrelated\x1b[31m"):
        realm.delete(f"clients/{realm.client_by_id(client)['id']}")
    realm.delete(f"client-scopes/{realm.scope_named('shortcut')['id']}")
    production = realm.scope("1/production")["id"]
    realm.delete(realm.mapper("1/production", "extra")[0])
    realm.delete(f"client-scopes/{production}/scope-mappings/realm", [realm.role(f"default-roles-{_NAME}")])
    desktop = realm.client("desktop")
    (sneaky,) = desktop["protocolMappers"]
    realm.delete(f"clients/{desktop['id']}/protocol-mappers/models/{sneaky['id']}")
    realm.delete(f"roles-by-id/{realm.role('boss')['id']}")
    realm.delete(f"users/{realm.get('users', username='mallory')[0]['id']}")
    management = realm.client_by_id("realm-management")["id"]
    path = f"users/{realm.service_account('agent')}/role-mappings/clients/{management}"
    realm.delete(path, realm.get(path))
    realm.delete(f"components/{realm.registration_policy('client-disabled')['id']}")
    realm.set_client_policies([policy for policy in realm.client_policies() if policy["name"] != "theirs"])
    for token in realm.get("clients-initial-access"):
        realm.delete(f"clients-initial-access/{token['id']}")


def test_a_tenant_without_changes_has_no_drift(
    applied: Tenant, realm: RealmByHand, keycloak: LocalKeycloak
) -> None:
    registered = httpx.post(
        f"{keycloak.url}/realms/{_NAME}/clients-registrations/openid-connect",
        json={"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"},
        trust_env=False,
    ).json()
    code, document = _drift(applied)
    realm.delete(f"clients/{realm.client_by_id(registered['client_id'])['id']}")
    assert (code, _drifts(document), _appeared(document)) == (
        0,
        set(),
        [
            (
                "client",
                registered["client_id"],
                "",
                "none",
                f"{registered['client_id']}: It reaches 1/test. Grants: authorization code. "
                "Redirect URIs: http://127.0.0.1/callback. A declared registration method allows it.",
            )
        ],
    )


def test_each_kind_of_drift_is_listed_without_a_lock_or_a_change(applied: Tenant, realm: RealmByHand) -> None:
    _create_unmanaged(realm)
    realm.change("", _ADMINISTRATORS)
    for change in DRIFTS:
        change(realm)
    before = _files(applied.scratch.state)
    lock = applied.scratch.state / ".pulumi" / "locks" / "organization" / "flow-mcp" / _NAME / "x.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("{}", encoding="utf-8")
    locked = applied.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", _NAME, check=False)
    code, document = _drift(applied)
    lock.unlink()

    assert "locked by 1 lock" in locked.stdout
    assert code == 3
    assert _drifts(document) == {drift for drifts in DRIFTS.values() for drift in drifts}
    assert _appeared(document) == APPEARED
    assert _files(applied.scratch.state) == before
    (tenant,) = document["tenants"]
    assert tenant["lost"] == [
        "The secret of reporter. Keycloak creates new secrets. Distribute them from the output clientSecrets."
    ]


def test_mend_reverts_managed_objects_and_keeps_the_others(applied: Tenant, realm: RealmByHand) -> None:
    secret = applied.outputs(secrets=True)["clientSecrets"]["agent"]
    result = flow_mcp(applied.scratch, "drift", _NAME, "--mend", "--json")
    document = json.loads(result.stdout)
    Draft202012Validator(drift_schema()).validate(document)
    assert (result.returncode, document["failed"]) == (3, []), result.stderr
    mended = document["tenants"][0]["mended"]
    assert (mended["left"], mended["repairs"]) == (
        [],
        [
            "Reset the secret of agent to the stack's output clientSecrets.",
            "Restore the owner mark of the client web.",
            "Require PKCE with S256 for web.",
            "Disable the CIBA grant of web.",
            "Remove offline_access from the role flow-mcp:drifting:1:test:people.",
            "Assign the role for 1/test to the service account of signer.",
            "Reset bruteForceProtected, registrationAllowed and sslRequired of the realm.",
        ],
    )
    representation = realm.get("")
    assert {name: representation[name] for name in _ADMINISTRATORS} == _ADMINISTRATORS
    assert applied.outputs(secrets=True)["clientSecrets"]["agent"] == secret
    assert secret not in result.stdout + result.stderr
    assert realm.get(f"clients/{realm.client('agent')['id']}/client-secret")["value"] == secret

    code, document = _drift(applied)
    assert (code, _drifts(document), _appeared(document)) == (3, set(), APPEARED)
    _delete_unmanaged(realm)
    code, document = _drift(applied)
    assert (code, _drifts(document), _appeared(document)) == (0, set(), [])
    assert applied.changes() == {}


def test_recreated_objects_and_unapplied_changes_are_not_mended(
    applied: Tenant, realm: RealmByHand, keycloak: LocalKeycloak
) -> None:
    realm.change_client("web", webOrigins=[_EVIL])
    _deleted_scope(realm)
    recreated = realm.add(
        "client-scopes", {"name": f"flow-mcp/{_NAME}/1/staging", "protocol": "openid-connect"}
    )
    code, document = _drift(applied)
    label = f"client scope flow-mcp/{_NAME}/1/staging"
    assert (code, document["tenants"][0]["notes"]) == (
        3,
        [
            f"The {label} was deleted and recreated without Pulumi. Take it over with `flow-mcp adopt`, or "
            "delete it and run with --mend."
        ],
    )
    result = flow_mcp(applied.scratch, "drift", _NAME, "--mend")
    assert f"{_NAME} was not mended: the {label} was recreated without Pulumi" in result.stderr
    realm.delete(f"client-scopes/{recreated}")

    changed = _declaration(keycloak)
    changed["clients"]["web"]["access"] = ["*"]
    applied.declare(changed)
    result = flow_mcp(applied.scratch, "drift", _NAME, "--mend")
    applied.declare(_declaration(keycloak))
    assert (result.returncode, realm.client("web")["webOrigins"]) == (3, [_EVIL])
    assert "drifting was not mended: its file has unapplied changes" in result.stderr
    assert flow_mcp(applied.scratch, "drift", _NAME, "--mend").returncode == 0
    assert realm.client("web")["webOrigins"] == []


def test_a_server_that_does_not_answer_fails_only_its_own_tenant(
    applied: Tenant, keycloak: LocalKeycloak
) -> None:
    gone = Tenant("gone", applied.scratch)
    gone.create()
    declaration = _declaration(keycloak) | {"id": "gone"}
    declaration["authorizationServer"]["keycloak"]["url"] = "http://127.0.0.1:9"
    gone.declare(declaration)
    state = applied.scratch.pulumi("stack", "export", "--stack", _NAME).stdout
    text = state.replace(keycloak.url, "http://127.0.0.1:9").replace(
        f"urn:pulumi:{_NAME}::", "urn:pulumi:gone::"
    )
    file = applied.scratch.directory / "gone.json"
    file.write_text(text[text.index("{") :], encoding="utf-8")
    applied.scratch.pulumi("stack", "import", "--force", "--stack", "gone", "--file", str(file))
    code, document = _drift(applied, "gone")
    assert (code, [tenant["stack"] for tenant in document["tenants"]]) == (2, [_NAME])
    (failed,) = document["failed"]
    assert failed["stack"] == "gone"
    assert failed["reason"].startswith("Keycloak at http://127.0.0.1:9 cannot be reached: ")
    assert failed["reason"].endswith(
        "Check that it is running, that its address is correct and that this machine can connect to it."
    )
    applied.scratch.pulumi("stack", "rm", "--yes", "--force", "--stack", "gone")


def test_a_deleted_realm_is_rebuilt_after_a_list_of_what_is_lost(
    applied: Tenant, admin: httpx.Client
) -> None:
    secret = applied.outputs(secrets=True)["clientSecrets"]["agent"]
    admin.delete(_NAME)
    result = flow_mcp(applied.scratch, "drift", _NAME)
    assert result.returncode == 3
    assert result.stdout.splitlines()[1:] == [
        "  ▲ high   realm                         The realm drifting was deleted, including everything that "
        "the stack created in it.",
        "  --mend does not restore",
        "    - The users of the realm, with their passwords, sessions and group memberships. "
        "Restore them from a backup of Keycloak, or create or synchronize them again.",
        "    - The realm's signing keys. Keycloak creates new keys, and tokens issued before are rejected.",
        "    - Clients with dynamic registration. They must register again.",
        "    - Settings of administrators: e-mail server, password policy, identity providers, federation.",
        "    - The secrets of agent and reporter. Keycloak creates new secrets. Distribute them from the "
        "output clientSecrets.",
    ]

    applied.scratch.pulumi("refresh", "--yes", "--skip-preview", "--stack", _NAME)
    code, document = _drift(applied)
    assert code == 0
    assert document["tenants"][0]["notes"] == [
        "`pulumi refresh` wrote the server's values into the state, so earlier drift is not listed. "
        "`flow-mcp gate preview drifting` shows the differences from the declaration."
    ]
    applied.up()
    code, document = _drift(applied)
    assert (code, _drifts(document), _appeared(document)) == (0, set(), [])
    assert applied.outputs(secrets=True)["clientSecrets"]["agent"] != secret


def _drift(tenant: Tenant, *others: str) -> tuple[int, Any]:
    """The exit code, and the valid document."""
    result = flow_mcp(tenant.scratch, "drift", *others, tenant.name, "--json")
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stdout
    document = json.loads(result.stdout)
    Draft202012Validator(drift_schema()).validate(document)
    return result.returncode, document


def _drifts(document: Any) -> set[Expected]:
    (tenant,) = document["tenants"]
    drifts = [
        (drift["type"], drift["resource"], drift["property"], drift["risk"], drift.get("kind"), drift["text"])
        for drift in tenant["drifts"]
    ]
    assert len(drifts) == len(set(drifts))
    return set(drifts)


def _appeared(document: Any) -> list[tuple[str, ...]]:
    (tenant,) = document["tenants"]
    assert tenant["unread"] == ""
    return sorted(
        (
            item["kind"],
            # Keycloak chooses a token's ID.
            "" if item["kind"] == "initial-access-token" else item["name"],
            item["within"],
            item["risk"],
            item["text"],
        )
        for item in tenant["appeared"]
    )


def _files(directory: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in directory.rglob("*") if file.is_file()}
