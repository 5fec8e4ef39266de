"""Objects that a killed update created in Keycloak, with stubbed answers; tests/faults is live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from flow_mcp.authorization_servers.errors import OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.interrupted import answers, concerns, created, knows
from flow_mcp.engine.fleet.interrupted import Operation
from tests.unit.authorization_servers.keycloak.test_claim import COMPONENTS, TOKEN, claim
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

PREFIX = "urn:pulumi:acme::flow-mcp::"
PROVIDER = {
    "urn": f"{PREFIX}pulumi:providers:keycloak::admin",
    "type": "pulumi:providers:keycloak",
    "inputs": {"url": "https://id.example", "realm": "master", "clientId": "admin-cli"},
}
OWNER = {"flowMcpOwner": "flow-mcp:acme"}
OF_PLUGIN = {
    "url": "https://id.example",
    "adminRealm": "master",
    "adminClientId": "admin-cli",
    "realm": "acme",
    "owner": "flow-mcp:acme",
}
CLAIM = {
    "urn": f"{PREFIX}flow-mcp:index:KeycloakClaim::claim",
    "type": "flow-mcp:index:KeycloakClaim",
    "inputs": OF_PLUGIN,
}
CLAIMED = {**CLAIM, "id": "c-1"}
REALM = "/admin/realms/acme"


def creating(kind: str, **inputs: Any) -> Operation:
    resource = {
        "urn": f"{PREFIX}keycloak:{kind}::it",
        "type": f"keycloak:{kind}",
        "provider": f"{PROVIDER['urn']}::6f1c",
        "inputs": inputs,
    }
    return Operation("creating", resource)


CLIENT = creating("openid/client:Client", realmId="acme", clientId="flow-mcp-acme-web", extraConfig=OWNER)
SCOPE = creating("openid/clientScope:ClientScope", realmId="acme", name="flow-mcp/acme/1/test")
ROLE = creating("index/role:Role", realmId="acme", name="flow-mcp:acme:1:test:people")
GROUP = creating("index/group:Group", realmId="acme", name="planners")
CHILD = creating("index/group:Group", realmId="acme", name="planners", parentId="g-0")
MAPPER = creating(
    "index/genericProtocolMapper:GenericProtocolMapper", realmId="acme", clientScopeId="s-1", name="subject"
)
PROFILE = creating(
    "index/realmClientPolicyProfile:RealmClientPolicyProfile", realmId="acme", name="flow-mcp:acme:dynamic"
)
REALM_CREATION = creating("index/realm:Realm", realm="acme", attributes=OWNER)
CLIENTS = f"GET {REALM}/clients?clientId=flow-mcp-acme-web"
LISTS: Mapping[str, tuple[Operation, str, Any, str]] = {
    "client": (
        CLIENT,
        CLIENTS,
        [{"id": "i-1", "clientId": "flow-mcp-acme-web", "attributes": OWNER}],
        "i-1",
    ),
    "scope": (
        SCOPE,
        f"GET {REALM}/client-scopes?max=-1&briefRepresentation=true",
        [{"id": "i-0", "name": "flow-mcp/acme/1/tests"}, {"id": "i-1", "name": "flow-mcp/acme/1/test"}],
        "i-1",
    ),
    "role": (
        ROLE,
        f"GET {REALM}/roles/flow-mcp%3Aacme%3A1%3Atest%3Apeople",
        {"id": "i-1", "name": "flow-mcp:acme:1:test:people"},
        "i-1",
    ),
    "group": (
        GROUP,
        f"GET {REALM}/groups?max=-1&briefRepresentation=true",
        [{"id": "i-1", "name": "planners"}],
        "i-1",
    ),
    "group in a group": (
        CHILD,
        f"GET {REALM}/groups/g-0/children?max=-1&briefRepresentation=true",
        [{"id": "i-1", "name": "planners"}],
        "i-1",
    ),
    "mapper": (
        MAPPER,
        f"GET {REALM}/client-scopes/s-1/protocol-mappers/models?max=-1&briefRepresentation=true",
        [{"id": "i-1", "name": "subject"}],
        "i-1",
    ),
    "profile": (
        PROFILE,
        f"GET {REALM}/client-policies/profiles",
        {"profiles": [{"name": "flow-mcp:acme:dynamic"}]},
        "acme/realm-client-policy-profiles/flow-mcp:acme:dynamic",
    ),
    "realm": (REALM_CREATION, f"GET {REALM}", {"realm": "acme", "attributes": OWNER}, "acme"),
}


def api(responses: Mapping[str, Answer]) -> Callable[[Administration], AdminApi]:
    stand_in = StandIn({**TOKEN, **responses})
    environment = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}
    return lambda administration: AdminApi(administration, environment, stand_in)


def ids(
    operations: list[Operation], responses: Mapping[str, Answer], *state: Mapping[str, Any]
) -> dict[str, str]:
    claims = {COMPONENTS: json_answer(200, [claim("c-1")])}
    return created(operations, [PROVIDER, *state], api({**claims, **responses}))


@pytest.mark.parametrize(("status", "expected"), [(200, True), (403, True), (500, False), (503, False)])
def test_a_server_answers_unless_it_reports_an_error_of_its_own(status: int, expected: bool) -> None:
    master = {"GET /admin/realms/master": json_answer(status, {})}
    assert answers([CLIENT], [PROVIDER], api(master)) is expected


def test_a_server_that_rejects_the_sign_in_while_it_starts_does_not_answer() -> None:
    starting = {next(iter(TOKEN)): json_answer(503, {})}
    assert not answers([CLIENT], [PROVIDER], api(starting))


@pytest.mark.parametrize(("status", "expected"), [(200, True), (503, False)])
def test_during_a_move_both_servers_must_answer_and_each_is_asked_once(status: int, expected: bool) -> None:
    other = {**CLAIM, "inputs": {**OF_PLUGIN, "url": "https://next.example"}}
    operations = [CLIENT, SCOPE, Operation("creating", other)]
    codes, asked = {"https://id.example": 200, "https://next.example": status}, []

    def servers(administration: Administration) -> AdminApi:
        asked.append(administration.url)
        return api({"GET /admin/realms/master": json_answer(codes[administration.url], {})})(administration)

    assert answers(operations, [PROVIDER], servers) is expected
    assert asked == [*codes]


@pytest.mark.parametrize("name", LISTS)
def test_an_object_that_exists_is_adopted_by_its_id(name: str) -> None:
    operation, request, answer, expected = LISTS[name]
    assert knows(operation)
    assert ids([operation], {request: json_answer(200, answer)}, CLAIMED) == {operation.urn: expected}


@pytest.mark.parametrize("name", LISTS)
def test_an_object_that_does_not_exist_is_not_adopted(name: str) -> None:
    operation, request, answer, _ = LISTS[name]
    nothing = json_answer(200, []) if isinstance(answer, list) else json_answer(404, {"error": "not found"})
    assert ids([operation], {request: nothing}, CLAIMED) == {}


def test_a_client_or_realm_without_the_stacks_mark_is_not_adopted() -> None:
    foreign = [{"id": "i-1", "clientId": "flow-mcp-acme-web", "attributes": {}}]
    assert ids([CLIENT], {CLIENTS: json_answer(200, foreign)}, CLAIMED) == {}
    assert ids([REALM_CREATION], {f"GET {REALM}": json_answer(200, {"realm": "acme"})}) == {}


def test_nothing_is_adopted_in_a_realm_that_another_stack_has_claimed() -> None:
    other = {COMPONENTS: json_answer(200, [claim("c-2")])}
    exists = {CLIENTS: json_answer(200, LISTS["client"][2])}
    with pytest.raises(OwnedByOthersError, match=r"Another stack manages flow-mcp:acme .*\(claim c-2\)"):
        ids([CLIENT], {**exists, **other}, CLAIMED)


def test_the_claim_of_a_killed_update_is_adopted_and_two_claims_are_not() -> None:
    operation = Operation("creating", CLAIM)
    assert ids([operation], {}) == {operation.urn: "c-1"}
    assert ids([operation], {COMPONENTS: json_answer(200, [])}) == {}
    two = {COMPONENTS: json_answer(200, [claim("c-1"), claim("c-2")])}
    with pytest.raises(OwnedByOthersError, match=r"\(claim c-1, c-2\)"):
        ids([operation], two)


def test_entries_that_keycloak_accepts_twice_are_written_again_without_a_request() -> None:
    repeated = creating("openid/clientDefaultScopes:ClientDefaultScopes", realmId="acme")
    assert knows(repeated)
    assert ids([repeated], {}) == {}


def test_resources_of_other_servers_are_unknown() -> None:
    other = Operation("creating", {"urn": "u", "type": "azuread:index/application:Application"})
    assert not knows(other)
    assert not concerns(other)
    assert [concerns(operation) for operation in (CLIENT, Operation("deleting", CLAIM))] == [True, True]


def test_an_identity_provider_that_exists_is_adopted() -> None:
    inputs = {**OF_PLUGIN, "alias": "acme-sso"}
    resource = {
        "urn": f"{PREFIX}flow-mcp:index:KeycloakIdentityProvider::sso",
        "type": "flow-mcp:index:KeycloakIdentityProvider",
        "inputs": inputs,
    }
    operation = Operation("creating", resource)
    assert knows(operation)
    request = f"GET {REALM}/identity-provider/instances/acme-sso"
    assert ids([operation], {request: json_answer(200, {"alias": "acme-sso"})}, CLAIMED) == {
        operation.urn: "acme/acme-sso"
    }


@pytest.mark.parametrize(("previous", "known"), [(None, True), ("2026-09-01", False)])
def test_the_creation_of_a_secret_is_repeatable_unless_it_rotates(previous: str | None, known: bool) -> None:
    inputs = {**OF_PLUGIN, "clientId": "agent", **({"previous": previous} if previous else {})}
    resource = {"urn": f"{PREFIX}it", "type": "flow-mcp:index:KeycloakClientSecret", "inputs": inputs}
    assert knows(Operation("creating", resource)) is known


def test_during_a_move_the_claim_of_the_other_server_is_not_the_stacks_claim_here() -> None:
    other = {**CLAIMED, "urn": f"{PREFIX}flow-mcp:keycloak/next:AuthorizationServer${CLAIM['type']}::claim"}
    exists = {CLIENTS: json_answer(200, LISTS["client"][2])}
    # No update has claimed the tenant here yet, so that the realm's claim c-1 does not matter.
    assert ids([CLIENT], exists, {**other, "id": "c-9"}) == {CLIENT.urn: "i-1"}
