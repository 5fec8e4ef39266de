"""`flow-mcp drift` on a real Keycloak: each kind of drift is named, mended, and nothing else is touched."""

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
# Whoever saves a program's client gives it Keycloak's scope `service_account`.
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
"""What an administrator sets in the realm, and no declaration says."""

Told = tuple[str, str, str, str, str | None, str]
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
def made(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """The stack, applied once; a client that was registered by hand, as declared."""
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
def realm(made: Tenant, admin: httpx.Client) -> RealmByHand:
    return RealmByHand(admin, made.name)


def _redirect_and_origin(realm: RealmByHand) -> None:
    realm.change_client(
        "desktop", redirectUris=["http://127.0.0.1/callback", f"{_EVIL}/*"], webOrigins=[f"{_EVIL}"]
    )


def _grants(realm: RealmByHand) -> None:
    # The plugin reads the first one only.
    attributes = {"standard.token.exchange.enabled": "true", "oidc.ciba.grant.enabled": "true"}
    realm.change_client("web", attributes=attributes)


def _pkce(realm: RealmByHand) -> None:
    realm.change_client("web", attributes={"pkce.code.challenge.method": ""})


def _switched_off(realm: RealmByHand) -> None:
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
        [{**each, "enabled": not each["name"].endswith(":dynamic")} for each in policies]
    )


def _optional_scope(realm: RealmByHand) -> None:
    realm.delete(f"default-optional-client-scopes/{realm.scope('1/test')['id']}")


def _saved(client: str) -> Told:
    kind, resource, name, risk, change, text = _SAVED
    return kind, resource.format(client), name, risk, change, text.format(client)


DRIFTS: dict[Callable[[RealmByHand], None], tuple[Told, ...]] = {
    _redirect_and_origin: (
        ("client", "desktop", "validRedirectUris", "medium", "redirect-uri-added",
         f"desktop may have codes sent to {_EVIL}/*."),
        ("client", "desktop", "webOrigins", "medium", "web-origin-added",
         f"desktop may get tokens in pages of {_EVIL}."),
    ),
    _grants: (
        ("client", "web", "standardTokenExchangeEnabled", "high", "client-grant-changes",
         "web has the token exchange grant."),
        ("client", "web", "oidc.ciba.grant.enabled", "high", "client-grant-changes",
         "web has the CIBA grant."),
    ),
    _pkce: (
        ("client", "web", "pkceCodeChallengeMethod", "high", None,
         "web need not use PKCE with S256: a stolen authorization code is enough for a token."),
    ),
    _switched_off: (
        ("client", "desktop", "enabled", "medium", "client-removed", "desktop is switched off."),
        ("client", "desktop", "directAccessGrantsEnabled", "high", "client-grant-changes",
         "desktop has the password grant."),
        ("client", "desktop", "fullScopeAllowed", "medium", "client-gains-access",
         "Tokens of desktop carry all roles of whoever signs in (full scope allowed)."),
    ),
    _secret: (
        ("client", "agent", "clientSecret", "medium", "secret-rotates",
         "agent has another secret than the stack's output clientSecrets."),
        _saved("agent"),
    ),
    _key_and_lifetime: (
        ("client", "signer", "extraConfig.jwks.url", "high", "client-key-changes",
         f"The keys of signer are another's: jwks.url is {_EVIL}/keys."),
        ("client", "signer", "accessTokenLifespan", "medium", "lifetime-grows",
         "Access tokens of signer last 1d; the stack left 5m."),
        _saved("signer"),
    ),
    _mark: (
        ("client", "web", "extraConfig.flowMcpOwner", "medium", None,
         "web does not bear the stack's mark any more."),
    ),
    _deleted_client: (
        ("client", "reporter", "", "medium", "client-removed", "The client reporter was deleted."),
    ),
    _default_scope: (
        ("client", "desktop-default-scopes", "defaultScopes", "medium", "client-gains-access",
         "Every token of desktop opens 1/test: its scope is a default one."),
        ("client", "desktop-optional-scopes", "optionalScopes", "medium", "client-loses-access",
         "desktop may no longer ask for 1/test."),
    ),
    _audience: (
        ("mapper", "1/production-audience", "includedCustomAudience", "high", "resource-recognition-changes",
         f"Tokens for 1/production have the audience {_EVIL}."),
    ),
    _program_mapper: (
        ("mapper", "1/production-program", "", "high", "token-reading-changes",
         "The mapper program of 1/production was deleted: a program passes for a person."),
    ),
    _gates: tuple(
        ("gate", f"1/test-{who}", "", "high", "everyone-gains-access",
         f"The scope of 1/test no longer needs the role of its {who}: anyone gets it who may ask for it.")
        for who in ("people", "programs")
    ),
    _one_gate: (
        ("gate", "1/production-people", "", "medium", "group-loses-access",
         "The role of the people of 1/production no longer gives its scope."),
    ),
    _deleted_scope: (
        ("client scope", "1/staging", "", "medium", "resource-closes",
         "The client scope of 1/staging was deleted: no client gets a token for it."),
    ),
    _service_account: (
        ("role of a service account", "signer/1/test", "", "medium", "client-loses-access",
         "signer has lost its role for 1/test."),
    ),
    _group: (
        ("group", "planners", "roleIds", "medium", "group-loses-access",
         "The group planners no longer reaches 1/production."),
    ),
    _deleted_role: (
        ("role", "1/staging-people-role", "", "medium", "group-loses-access",
         "The role flow-mcp:drifting:1:staging:people was deleted: the people of 1/staging are refused."),
    ),
    _composite: (
        ("role", "1/test-people-role", "compositeRoles", "high", None,
         "The role flow-mcp:drifting:1:test:people contains offline_access."),
    ),
    _realm: (
        ("realm", "realm", "registrationAllowed", "high", "everyone-gains-access",
         "Anybody can create an account in the realm."),
        ("realm", "realm", "securityDefenses", "high", None,
         "The realm no longer stops attempts to guess passwords."),
        ("realm", "realm", "sslRequired", "high", None,
         "The realm accepts requests without TLS in more cases."),
    ),
    _redirect_host: (
        ("registration", "registration", "redirectHosts", "high", "registration-widens",
         "Registrations may name the redirect host evil.example."),
    ),
    _deleted_policy: (
        ("registration", "registration", "deviations", "high", "registration-widens",
         "Registration: the policy Max Clients Limit is missing."),
    ),
    _client_policy: (
        ("client policy", "dynamic-policy", "enabled", "high", "registration-widens",
         "The client dynamic policy is switched off."),
    ),
    _optional_scope: (
        ("registration", "registration", "realmOptionalScopes", "medium", "registration-loses-access",
         "Clients that register no longer get the scope flow-mcp/drifting/1/test."),
    ),
}  # fmt: skip
"""What is done by hand, in this order, and the drifts that it is."""

APPEARED = [
    ("client", "intruder", "", "high",
     "intruder: It reaches 1/production by authorization code and password. "
     "Codes are sent to https://evil.example/*."),
    ("client", "unrelated\x1b[31m", "", "low",
     '"unrelated\\u001b[31m": It reaches no protected resource by no grant.'),
    ("client-policy", "theirs", "", "low", "theirs: it changes what clients may do or must do."),
    ("client-scope", "shortcut", "", "high", "shortcut: tokens with it open 1/production."),
    ("gate", "default-roles-drifting", "flow-mcp/drifting/1/production", "high",
     "default-roles-drifting: whoever has this role gets the scope of 1/production."),
    ("initial-access-token", "", "", "medium", "Whoever has this token can register 2 more clients."),
    ("mapper", "extra", "flow-mcp/drifting/1/production", "medium",
     "extra on the scope flow-mcp/drifting/1/production: it changes tokens (oidc-hardcoded-claim-mapper)."),
    ("mapper", "sneaky", "flow-mcp-drifting-desktop", "high",
     "sneaky on the client desktop: it opens 1/production."),
    ("registration-policy", "Clients Disabled", "anonymous", "medium",
     "\"Clients Disabled\": a policy (client-disabled) that applies to anonymous registration as well."),
    ("role", "boss", "", "high", "boss: whoever has it reaches 1/production."),
    ("role-member", "agent", "realm-management/manage-users", "high",
     "The program agent has the role realm-management/manage-users, by its service account."),
    ("role-member", "mallory", "flow-mcp:drifting:1:production:people", "high",
     "The user mallory reaches 1/production by the role flow-mcp:drifting:1:production:people."),
]  # fmt: skip
"""What is made beside the managed things."""


def _make_appear(realm: RealmByHand) -> None:
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


def _remove_what_appeared(realm: RealmByHand) -> None:
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
    realm.set_client_policies([each for each in realm.client_policies() if each["name"] != "theirs"])
    for token in realm.get("clients-initial-access"):
        realm.delete(f"clients-initial-access/{token['id']}")


def test_a_tenant_that_is_as_declared_has_no_drift(
    made: Tenant, realm: RealmByHand, keycloak: LocalKeycloak
) -> None:
    registered = httpx.post(
        f"{keycloak.url}/realms/{_NAME}/clients-registrations/openid-connect",
        json={"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"},
        trust_env=False,
    ).json()
    code, told = _drift(made)
    realm.delete(f"clients/{realm.client_by_id(registered['client_id'])['id']}")
    assert (code, _drifts(told), _appeared(told)) == (
        0,
        set(),
        [
            (
                "client",
                registered["client_id"],
                "",
                "none",
                f"{registered['client_id']}: It reaches 1/test by authorization code. "
                "Codes are sent to http://127.0.0.1/callback. A declared registration method allows it.",
            )
        ],
    )


def test_each_kind_of_drift_is_named_without_a_lock_and_without_a_change(
    made: Tenant, realm: RealmByHand
) -> None:
    _make_appear(realm)
    realm.change("", _ADMINISTRATORS)
    for change in DRIFTS:
        change(realm)
    before = _files(made.scratch.state)
    lock = made.scratch.state / ".pulumi" / "locks" / "organization" / "flow-mcp" / _NAME / "x.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("{}", encoding="utf-8")
    locked = made.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", _NAME, check=False)
    code, told = _drift(made)
    lock.unlink()

    assert "locked by 1 lock" in locked.stdout
    assert code == 3
    assert _drifts(told) == {each for drifts in DRIFTS.values() for each in drifts}
    assert _appeared(told) == APPEARED
    assert _files(made.scratch.state) == before
    (tenant,) = told["tenants"]
    assert tenant["lost"] == [
        "The secret of reporter. New ones are made: hand them over from the output clientSecrets."
    ]


def test_mending_puts_back_what_is_managed_and_leaves_the_rest(made: Tenant, realm: RealmByHand) -> None:
    secret = made.outputs(secrets=True)["clientSecrets"]["agent"]
    ended = flow_mcp(made.scratch, "drift", _NAME, "--mend", "--json")
    told = json.loads(ended.stdout)
    Draft202012Validator(drift_schema()).validate(told)
    assert (ended.returncode, told["failed"]) == (3, []), ended.stderr
    mended = told["tenants"][0]["mended"]
    assert (mended["left"], mended["repairs"]) == (
        [],
        [
            "Give agent the secret of the stack's output clientSecrets again.",
            "Mark the client web as this stack's.",
            "Require PKCE with S256 of web.",
            "Take the CIBA grant from web.",
            "Take offline_access out of the role flow-mcp:drifting:1:test:people.",
            "Give the service account of signer its role for 1/test again.",
            "Set bruteForceProtected, registrationAllowed and sslRequired of the realm as declared.",
        ],
    )
    representation = realm.get("")
    assert {name: representation[name] for name in _ADMINISTRATORS} == _ADMINISTRATORS
    assert made.outputs(secrets=True)["clientSecrets"]["agent"] == secret
    assert secret not in ended.stdout + ended.stderr
    assert realm.get(f"clients/{realm.client('agent')['id']}/client-secret")["value"] == secret

    code, told = _drift(made)
    assert (code, _drifts(told), _appeared(told)) == (3, set(), APPEARED)
    _remove_what_appeared(realm)
    code, told = _drift(made)
    assert (code, _drifts(told), _appeared(told)) == (0, set(), [])
    assert made.changes() == {}


def test_what_was_made_again_by_hand_or_never_applied_is_not_mended(
    made: Tenant, realm: RealmByHand, keycloak: LocalKeycloak
) -> None:
    realm.change_client("web", webOrigins=[_EVIL])
    _deleted_scope(realm)
    again = realm.add("client-scopes", {"name": f"flow-mcp/{_NAME}/1/staging", "protocol": "openid-connect"})
    code, told = _drift(made)
    label = f"client scope flow-mcp/{_NAME}/1/staging"
    assert (code, told["tenants"][0]["notes"]) == (
        3,
        [f"The {label} was deleted and made again by hand. It is not the stack's: delete it, then mend."],
    )
    ended = flow_mcp(made.scratch, "drift", _NAME, "--mend")
    assert f"{_NAME} was not mended: the {label} was recreated without Pulumi" in ended.stderr
    realm.delete(f"client-scopes/{again}")

    changed = _declaration(keycloak)
    changed["clients"]["web"]["access"] = ["*"]
    made.declare(changed)
    ended = flow_mcp(made.scratch, "drift", _NAME, "--mend")
    made.declare(_declaration(keycloak))
    assert (ended.returncode, realm.client("web")["webOrigins"]) == (3, [_EVIL])
    assert "drifting was not mended: its file has changes that were never applied" in ended.stderr
    assert flow_mcp(made.scratch, "drift", _NAME, "--mend").returncode == 0
    assert realm.client("web")["webOrigins"] == []


def test_a_tenant_whose_server_does_not_answer_fails_alone(made: Tenant, keycloak: LocalKeycloak) -> None:
    gone = Tenant("gone", made.scratch)
    gone.create()
    declaration = _declaration(keycloak) | {"id": "gone"}
    declaration["authorizationServer"]["keycloak"]["url"] = "http://127.0.0.1:9"
    gone.declare(declaration)
    state = made.scratch.pulumi("stack", "export", "--stack", _NAME).stdout
    text = state.replace(keycloak.url, "http://127.0.0.1:9").replace(
        f"urn:pulumi:{_NAME}::", "urn:pulumi:gone::"
    )
    file = made.scratch.directory / "gone.json"
    file.write_text(text[text.index("{") :], encoding="utf-8")
    made.scratch.pulumi("stack", "import", "--force", "--stack", "gone", "--file", str(file))
    code, told = _drift(made, "gone")
    assert (code, [each["stack"] for each in told["tenants"]]) == (2, [_NAME])
    (failed,) = told["failed"]
    assert failed["stack"] == "gone"
    assert failed["reason"].startswith("Keycloak at http://127.0.0.1:9 cannot be reached: ")
    assert failed["reason"].endswith(
        "Check that it runs, that its address is right and that this machine may reach it."
    )
    made.scratch.pulumi("stack", "rm", "--yes", "--force", "--stack", "gone")


def test_a_deleted_realm_is_rebuilt_and_what_is_lost_is_said_before(
    made: Tenant, admin: httpx.Client
) -> None:
    secret = made.outputs(secrets=True)["clientSecrets"]["agent"]
    admin.delete(_NAME)
    ended = flow_mcp(made.scratch, "drift", _NAME)
    assert ended.returncode == 3
    assert ended.stdout.splitlines()[1:] == [
        "  ▲ high   realm                         The realm drifting was deleted, with all that the stack "
        "made in it.",
        "  mending does not bring back",
        "    - The people of the realm, with their passwords, sessions and memberships in groups. "
        "Restore them from a backup of Keycloak, or let them be created or synchronized again.",
        "    - The realm's signing keys. New ones are made: tokens that were issued before are refused.",
        "    - Clients that registered themselves. They must register again.",
        "    - What administrators have set by hand: e-mail server, password policy, identity providers, "
        "federation.",
        "    - The secrets of agent and reporter. New ones are made: hand them over from the output "
        "clientSecrets.",
    ]

    made.scratch.pulumi("refresh", "--yes", "--skip-preview", "--stack", _NAME)
    code, told = _drift(made)
    assert code == 0
    assert told["tenants"][0]["notes"] == [
        "The state was last written by `pulumi refresh`, which took the server's values over: drift from "
        "before it is not seen. `flow-mcp gate preview drifting` shows what differs from the declaration."
    ]
    made.up()
    code, told = _drift(made)
    assert (code, _drifts(told), _appeared(told)) == (0, set(), [])
    assert made.outputs(secrets=True)["clientSecrets"]["agent"] != secret


def _drift(tenant: Tenant, *others: str) -> tuple[int, Any]:
    """Exit code, and the document, which keeps to its schema."""
    ended = flow_mcp(tenant.scratch, "drift", *others, tenant.name, "--json")
    assert "Traceback" not in ended.stderr
    assert "\x1b" not in ended.stdout
    told = json.loads(ended.stdout)
    Draft202012Validator(drift_schema()).validate(told)
    return ended.returncode, told


def _drifts(told: Any) -> set[Told]:
    (tenant,) = told["tenants"]
    found = [
        (each["type"], each["resource"], each["property"], each["risk"], each.get("kind"), each["text"])
        for each in tenant["drifts"]
    ]
    assert len(found) == len(set(found))
    return set(found)


def _appeared(told: Any) -> list[tuple[str, ...]]:
    (tenant,) = told["tenants"]
    assert tenant["unread"] == ""
    return sorted(
        (
            each["kind"],
            # Keycloak chooses a token's ID.
            "" if each["kind"] == "initial-access-token" else each["name"],
            each["within"],
            each["risk"],
            each["text"],
        )
        for each in tenant["appeared"]
    )


def _files(directory: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in directory.rglob("*") if file.is_file()}
