"""The preflight of a realm, with prepared responses of Keycloak.

The responses are those of Keycloak 26.7.4; `tests/live/test_keycloak_preflight.py` calls a real one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError, RightsError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.group_paths import Group
from flow_mcp.authorization_servers.keycloak.preflight import (
    KeycloakPreflight,
    PreflightArguments,
    PreflightResult,
)
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

URL = "https://id.example"
NOBODY = "00000000-0000-0000-0000-000000000000"
FORBIDDEN = json_answer(403, {"error": "HTTP 403 Forbidden"})
MISSING = json_answer(404, {"error": "Realm not result."})
OWN = {"attributes": {"flowMcpOwner": "flow-mcp:acme"}}
ANSWERS: dict[str, Answer] = {
    "POST /realms/master/protocol/openid-connect/token": json_answer(200, {"access_token": "t-1"}),
    "GET /admin/serverinfo": json_answer(200, {"systemInfo": {"version": "26.7.4"}}),
    "GET /admin/realms/acme": json_answer(200, {"realm": "acme", **OWN}),
    "POST /admin/realms": json_answer(400, {"errorMessage": "unable to read contents from stream"}),
    f"PUT /admin/realms/acme/components/{NOBODY}": json_answer(404, {"error": "Could not find component"}),
    "POST /admin/realms/acme/groups": json_answer(400, {"errorMessage": "Group name is missing"}),
    "GET /admin/realms/acme/clients?max=1": json_answer(200, [{"access": {"manage": True}}]),
    "GET /admin/realms/acme/clients?clientId=agent": json_answer(200, []),
}


def preflight(answers: Mapping[str, Answer] | None = None, **changed: Any) -> PreflightResult:
    stand_in = StandIn({**ANSWERS, **(answers or {})})
    environment = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}

    def api(administration: Administration) -> AdminApi:
        return AdminApi(administration, environment, stand_in)

    arguments = {"realm": "acme", "create": True, "owner": "flow-mcp:acme", "client_ids": ("agent",)}
    return KeycloakPreflight(api).call(PreflightArguments(url=URL, **arguments | changed))


def test_realm_of_this_stack_is_accepted() -> None:
    assert preflight() == PreflightResult(realm_exists=True, version="26.7.4")


def test_a_client_that_the_stack_takes_over_is_accepted_by_its_id() -> None:
    existing = json_answer(200, [{"id": "id-1", "clientId": "agent", "attributes": {}}])
    answers = {"GET /admin/realms/acme/clients?clientId=agent": existing}
    assert preflight(answers, adopted={"agent": "id-1"}).realm_exists
    with pytest.raises(OwnedByOthersError, match="or take it over with `flow-mcp adopt`"):
        preflight(answers, adopted={"agent": "id-2"})


def test_absent_realm_that_the_stack_creates_is_accepted() -> None:
    assert preflight({"GET /admin/realms/acme": MISSING}) == PreflightResult(
        realm_exists=False, version="26.7.4"
    )


def test_existing_realm_needs_no_owner_attribute() -> None:
    foreign = json_answer(200, {"realm": "acme", "attributes": {}})
    assert preflight({"GET /admin/realms/acme": foreign}, create=False).realm_exists


@pytest.mark.parametrize(
    "version", ["26.4.0", "26.10.1", "27.0.0", "999.0.0-SNAPSHOT", "26.4.2.redhat-00001"]
)
def test_supported_versions_are_accepted(version: str) -> None:
    answer = json_answer(200, {"systemInfo": {"version": version}})
    assert preflight({"GET /admin/serverinfo": answer}).version == version


@pytest.mark.parametrize("version", ["26.3.5", "25.0.6", "9.0.3"])
def test_older_version_is_rejected(version: str) -> None:
    answer = json_answer(200, {"systemInfo": {"version": version}})
    with pytest.raises(AuthorizationServerError) as raised:
        preflight({"GET /admin/serverinfo": answer})
    assert str(raised.value) == (f"Keycloak at {URL} has version {version}. Update it to 26.4 or later.")


@pytest.mark.parametrize("answer", [FORBIDDEN, json_answer(200, {"profileInfo": {}})])
def test_version_hidden_from_the_administrator_is_none(answer: httpx.Response) -> None:
    assert preflight({"GET /admin/serverinfo": answer}).version is None


@pytest.mark.parametrize("features", [[], [{"name": "CLIENT_SECRET_ROTATION", "enabled": False}]])
def test_an_overlap_without_keycloaks_feature_is_rejected(features: list[dict[str, Any]]) -> None:
    answer = json_answer(200, {"systemInfo": {"version": "26.7.4"}, "features": features})
    with pytest.raises(AuthorizationServerError, match=r"Start it with --features=client-secret-rotation"):
        preflight({"GET /admin/serverinfo": answer}, keeps_previous_secrets=True)
    assert preflight({"GET /admin/serverinfo": answer}).version == "26.7.4"


def test_an_overlap_with_keycloaks_feature_is_accepted() -> None:
    features = [{"name": "CLIENT_SECRET_ROTATION", "enabled": True}]
    answer = json_answer(200, {"systemInfo": {"version": "26.7.4"}, "features": features})
    assert preflight({"GET /admin/serverinfo": answer}, keeps_previous_secrets=True).version == "26.7.4"


def test_missing_existing_realm_is_rejected() -> None:
    with pytest.raises(AuthorizationServerError, match=r"has no realm acme\. Correct .*create: true"):
        preflight({"GET /admin/realms/acme": MISSING}, create=False)


def test_realm_without_the_owner_attribute_is_not_adopted() -> None:
    for realm in ({}, {"attributes": {"flowMcpOwner": "flow-mcp:globex"}}):
        with pytest.raises(OwnedByOthersError, match=r"was not created by this stack\. .*create: false"):
            preflight({"GET /admin/realms/acme": json_answer(200, realm)})


def test_missing_permission_to_create_realms_names_the_role() -> None:
    with pytest.raises(RightsError, match="the realm role create-realm in realm master"):
        preflight({"GET /admin/realms/acme": MISSING, "POST /admin/realms": FORBIDDEN})


def test_missing_realm_roles_are_reported_together() -> None:
    unmanageable = json_answer(200, [{"access": {"manage": False}}])
    missing = "lacks manage-realm, manage-clients, manage-users on realm acme"
    with pytest.raises(RightsError, match=missing):
        preflight(
            {
                f"PUT /admin/realms/acme/components/{NOBODY}": FORBIDDEN,
                "POST /admin/realms/acme/groups": FORBIDDEN,
                "GET /admin/realms/acme/clients?max=1": unmanageable,
            }
        )
    for answer in (FORBIDDEN, json_answer(200, [])):
        with pytest.raises(RightsError, match="lacks manage-clients on realm acme"):
            preflight({"GET /admin/realms/acme/clients?max=1": answer})
    with pytest.raises(RightsError, match="lacks every role on realm acme"):
        preflight({"GET /admin/realms/acme": FORBIDDEN})


def test_permissions_are_checked_before_the_owner_attribute() -> None:
    brief = json_answer(200, {"realm": "acme"})
    with pytest.raises(RightsError):
        preflight({"GET /admin/realms/acme": brief, f"PUT /admin/realms/acme/components/{NOBODY}": FORBIDDEN})


@pytest.mark.parametrize("create", [True, False])
def test_client_id_of_another_owner_is_rejected(create: bool) -> None:
    attributes = {"flowMcpOwner": "flow-mcp:globex"}
    taken = json_answer(200, [{"id": "id-1", "clientId": "agent", "attributes": attributes}])
    realm = json_answer(200, {"realm": "acme", **(OWN if create else {"attributes": {}})})
    answers = {"GET /admin/realms/acme": realm, "GET /admin/realms/acme/clients?clientId=agent": taken}
    with pytest.raises(OwnedByOthersError, match="Client ID agent is taken in realm acme"):
        preflight(answers, create=create, adopted={"agent": "id-1"})


def test_create_false_is_rejected_for_the_stacks_own_realm() -> None:
    with pytest.raises(OwnedByOthersError, match="with create: false, Pulumi would delete it"):
        preflight(create=False)


def test_clients_of_this_stack_are_accepted() -> None:
    own = json_answer(200, [{"clientId": "agent", **OWN}])
    assert preflight({"GET /admin/realms/acme/clients?clientId=agent": own}).realm_exists


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(400, json={"error": "odd"})])
def test_unexpected_responses_raise_readable_errors(answer: httpx.Response) -> None:
    with pytest.raises(AuthorizationServerError, match=f"^Keycloak at {URL} answered {answer.status_code}"):
        preflight({"GET /admin/realms/acme": answer})


def group(name: str, group_id: str, *below: dict[str, Any]) -> dict[str, Any]:
    # Keycloak does not escape slashes in the returned path, unless it is configured to do so.
    return {"id": group_id, "name": name, "path": f"/unused/{name}", "subGroups": list(below)}


TWO = [
    group("contractors", "g1", group("planners", "g2")),
    group("finance", "g3", group("planners", "g4"), group("EMEA/APAC", "g5")),
]
NO_GROUP = json_answer(200, [])
GROUPS: dict[str, Answer] = {
    "GET /admin/realms/acme": json_answer(200, {"realm": "acme"}),
    "GET /admin/realms/acme/groups?search=planners&exact=true": json_answer(200, TWO),
    "GET /admin/realms/acme/groups?search=EMEA%2FAPAC&exact=true": json_answer(200, TWO[1:]),
    "GET /admin/realms/acme/groups?search=finance&exact=true": json_answer(200, [group("finance", "g3")]),
    "GET /admin/realms/acme/groups?search=finan&exact=true": NO_GROUP,
    "GET /admin/realms/acme/groups?search=finan&exact=false": json_answer(200, TWO),
    "GET /admin/realms/acme/groups?search=planners&exact=false": json_answer(200, TWO),
    "GET /admin/realms/acme/groups?search=nobody&exact=true": NO_GROUP,
    "GET /admin/realms/acme/groups?search=nobody&exact=false": NO_GROUP,
}


def test_groups_are_found_by_path_or_by_unique_name() -> None:
    declared = ("/finance/planners", "finance", "EMEA/APAC", "/finance/EMEA~/APAC")
    assert preflight(GROUPS, create=False, client_ids=(), groups=declared).groups == {
        "/finance/EMEA~/APAC": Group(id="g5", path="/finance/EMEA~/APAC"),
        "/finance/planners": Group(id="g4", path="/finance/planners"),
        "EMEA/APAC": Group(id="g5", path="/finance/EMEA~/APAC"),
        "finance": Group(id="g3", path="/finance"),
    }


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (
            "planners",
            "has 2 groups named planners, so people: {groups: […]} is ambiguous. Declare its path: "
            "/contractors/planners or /finance/planners.",
        ),
        (
            "finan",
            "has no group finan, which people: {groups: […]} declares. Create it, or declare an existing "
            "group, such as /finance.",
        ),
        (
            "/sales/planners",
            "has no group /sales/planners, which people: {groups: […]} declares. Create it, or declare an "
            "existing group, such as /contractors/planners, /finance/planners.",
        ),
        (
            "nobody",
            "has no group nobody, which people: {groups: […]} declares. Create it, or declare an existing "
            "group.",
        ),
    ],
)
def test_missing_or_ambiguous_group_is_rejected_with_candidates(declared: str, message: str) -> None:
    with pytest.raises(AuthorizationServerError) as raised:
        preflight(GROUPS, create=False, client_ids=(), groups=(declared,))
    assert str(raised.value) == f"Realm acme at Keycloak {URL} {message}"


def test_order_of_keycloaks_group_list_is_ignored() -> None:
    reversed_order = {
        **GROUPS,
        "GET /admin/realms/acme/groups?search=planners&exact=true": json_answer(200, TWO[::-1]),
    }
    declared = ("/contractors/planners",)
    for answers in (GROUPS, reversed_order):
        result = preflight(answers, create=False, client_ids=(), groups=declared)
        assert result.groups == {declared[0]: Group(id="g2", path=declared[0])}


INSTANCES = "/admin/realms/acme/identity-provider/instances"
PROVIDERS: dict[str, Answer] = {
    f"GET {INSTANCES}": json_answer(200, [{"alias": "theirs", "config": {"issuer": "https://ci.example"}}]),
    f"PUT {INSTANCES}/{NOBODY}": json_answer(404, {"error": "HTTP 404 Not Found"}),
}


def test_an_issuer_of_another_identity_provider_is_rejected() -> None:
    with pytest.raises(OwnedByOthersError, match=r"has the identity provider theirs for https://ci\.example"):
        preflight(PROVIDERS, identity_providers={"https://ci.example": "flow-mcp-acme-1"})
    assert preflight(PROVIDERS, identity_providers={"https://ci.example": "theirs"}).realm_exists


def test_an_administrator_without_rights_on_identity_providers_is_rejected_if_they_are_needed() -> None:
    answers = PROVIDERS | {f"PUT {INSTANCES}/{NOBODY}": FORBIDDEN}
    assert preflight(answers).realm_exists
    with pytest.raises(RightsError, match="lacks manage-identity-providers on realm acme"):
        preflight(answers, identity_providers={"https://ci.example": "theirs"})


def test_a_server_without_a_needed_feature_is_rejected() -> None:
    features = [{"name": "CIMD", "enabled": True}, {"name": "IDENTITY_ASSERTION_JWT", "enabled": False}]
    server = {"systemInfo": {"version": "26.7.4"}, "features": features}
    answers = {"GET /admin/serverinfo": json_answer(200, server)}
    assert preflight(answers, features=("cimd",)).realm_exists
    with pytest.raises(AuthorizationServerError, match="Start it with --features=identity-assertion-jwt"):
        preflight(answers, features=("cimd", "identity-assertion-jwt"))
