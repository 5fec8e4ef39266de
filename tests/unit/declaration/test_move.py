"""A tenant with two authorization servers during a move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from flow_mcp.authorization_servers.documents import settings_document
from flow_mcp.authorization_servers.keycloak import KEYCLOAK
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.access import snapshot
from flow_mcp.declaration.declaration import Declaration, ServerIds
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.report.delivered import differences
from flow_mcp.runtime import metadata_documents
from flow_mcp.settings import SettingsDocument
from tests.conftest import REPOSITORY

INSTANCE = {"server": "https://app.profitbase.biz/flow"}
PRESENT = {"keycloak": {"url": "https://id.acme.example", "realm": {"name": "acme", "create": True}}}
NEXT = {
    "keycloak": {
        "url": "https://id.acme.example",
        "realm": {"name": "next", "create": True},
        "stateLabel": "next",
    }
}
TENANT: dict[str, Any] = {
    "id": "acme",
    "workspaces": {"456": {"environments": ["production"]}},
    "authorizationServer": PRESENT,
    "clients": {
        "agent": {"grant": "client-credentials", "access": ["456/production"]},
        "desktop": {
            "grant": "authorization-code",
            "redirectUris": ["http://127.0.0.1/callback"],
            "access": ["456/production"],
            "people": {"groups": ["planners"]},
        },
    },
    "manualRegistrations": {"legacy": {"clientId": "legacy-crm", "access": ["456/production"]}},
}
FORMER, FOLLOWING = "https://id.acme.example/realms/acme", "https://id.acme.example/realms/next"


def declared(**changes: Any) -> Declaration:
    return from_configuration({**TENANT, **changes}, INSTANCE, source="acme").declaration


def document(declaration: Declaration) -> SettingsDocument:
    return settings_document(declaration, [{} for _ in declaration.at_servers])


def problems(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(DeclarationError) as raised:
        declared(**changes)
    errors = [problem for problem in raised.value.problems if problem.severity == "error"]
    return [(problem.path, problem.message) for problem in errors]


def test_the_document_of_a_tenant_without_a_move_has_the_same_bytes() -> None:
    declaration = declared()
    alone = declaration.kind.settings(declaration, {})
    assert document(declaration).canonical_json() == alone.canonical_json()


def test_the_document_of_a_move_has_both_servers_with_the_preferred_one_first() -> None:
    beginning = document(declared(movingTo={"authorizationServer": NEXT}))
    switched = document(declared(authorizationServer=NEXT, movingFrom={"authorizationServer": PRESENT}))
    assert [server.authority for server in beginning.authorization_servers] == [FORMER, FOLLOWING]
    assert [server.authority for server in switched.authorization_servers] == [FOLLOWING, FORMER]
    (metadata,) = metadata_documents(switched).values()
    assert metadata["authorization_servers"] == [FOLLOWING, FORMER]
    assert SettingsDocument.from_json(beginning.canonical_json()) == beginning


def test_a_switch_changes_only_the_order_of_the_document() -> None:
    beginning = document(declared(movingTo={"authorizationServer": NEXT}, manualRegistrations={}))
    switched = document(
        declared(
            authorizationServer=NEXT,
            movingFrom={"authorizationServer": PRESENT},
            manualRegistrations={},
        )
    )
    assert beginning.authorization_servers == tuple(reversed(switched.authorization_servers))


def test_manual_registrations_belong_to_one_server() -> None:
    there = {"next-legacy": {"clientId": "next-crm", "access": ["456/production"]}}
    servers = document(
        declared(movingTo={"authorizationServer": NEXT, "manualRegistrations": there})
    ).authorization_servers
    assert [
        [client.client_id for client in server.clients if client.registration == "manual"]
        for server in servers
    ] == [["legacy-crm"], ["next-crm"]]


def test_a_client_can_differ_at_the_second_server() -> None:
    desktop = {**TENANT["clients"]["desktop"], "people": {"groups": ["planning"]}}
    declaration = declared(movingTo={"authorizationServer": NEXT, "clients": {"desktop": desktop}})
    access = snapshot(declaration)
    assert access.other is not None
    assert access.people["456/production"].groups == ("planners",)
    assert access.other.people["456/production"].groups == ("planning",)


def test_two_servers_of_a_kind_have_components_of_two_types() -> None:
    declaration = declared(movingTo={"authorizationServer": NEXT})
    assert [side.component_type for side in declaration.at_servers] == [
        "flow-mcp:keycloak:AuthorizationServer",
        "flow-mcp:keycloak/next:AuthorizationServer",
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"movingTo": {"authorizationServer": {"keycloak": {**NEXT["keycloak"], "stateLabel": "Next"}}}},
            ("movingTo.authorizationServer.keycloak.stateLabel", "is not a state label"),
        ),
        (
            {"movingTo": {"authorizationServer": PRESENT}},
            ("movingTo.authorizationServer.keycloak", "is the tenant's own authorization server"),
        ),
        (
            {
                "authorizationServer": NEXT,
                "movingFrom": {
                    "authorizationServer": {"keycloak": {**PRESENT["keycloak"], "stateLabel": "next"}}
                },
            },
            (
                "movingFrom.authorizationServer.keycloak.stateLabel",
                "is the same as for the tenant's other keycloak server, so that Pulumi could not "
                "distinguish the resources of the two",
            ),
        ),
        ({"movingTo": {}}, ("movingTo.authorizationServer", "is missing")),
        (
            {"movingTo": {"authorizationServer": {}}},
            ("movingTo.authorizationServer", "declares 0 authorization servers (none)"),
        ),
        (
            {"movingTo": {"authorizationServer": NEXT}, "movingFrom": {"authorizationServer": NEXT}},
            (
                "movingFrom",
                "is declared together with movingTo, but a tenant has at most two authorization servers",
            ),
        ),
        (
            {
                "movingTo": {
                    "authorizationServer": NEXT,
                    "clients": {"other": {"grant": "client-credentials", "access": ["456/production"]}},
                }
            },
            ("movingTo.clients.other", "is not a client of the tenant"),
        ),
    ],
)
def test_an_impossible_move_is_rejected(changes: dict[str, Any], problem: tuple[str, str]) -> None:
    assert problems(**changes) == [problem]


def test_the_record_of_adopted_objects_applies_to_the_tenants_own_server_only() -> None:
    record = {"Role/456/production-people-role": {"leave": True}}
    moving = declared(adopted=record, movingTo={"authorizationServer": NEXT})
    left = [
        declaration.tenant.leaves("Role", "456/production-people-role") for declaration in moving.at_servers
    ]
    assert left == [True, False]
    assert problems(
        adopted=record, authorizationServer=NEXT, movingFrom={"authorizationServer": PRESENT}
    ) == [("adopted", "names objects of the former authorization server, and would now apply to the new one")]


def test_a_client_that_does_not_suit_the_second_server_is_reported_once_with_a_remedy() -> None:
    entra = {"entra": {"tenantId": "8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55"}}
    with pytest.raises(DeclarationError) as raised:
        declared(movingTo={"authorizationServer": entra})
    errors = [problem for problem in raised.value.problems if problem.severity == "error"]
    remedies = {problem.path: problem.remedy for problem in errors}
    assert remedies["clients.agent"].endswith(
        "For this server only: declare the client under movingTo.clients."
    )
    assert len({(problem.path, problem.message) for problem in errors}) == len(errors)


def test_policies_are_evaluated_at_both_servers() -> None:
    slow = {"keycloak": {**NEXT["keycloak"], "tokens": {"access": "12h"}}}
    pack = Pack.load(REPOSITORY / "policies")
    declaration = declared(movingTo={"authorizationServer": slow})
    paths = [result.path for result in evaluate(pack, declaration, date(2026, 11, 30))]
    assert ("movingTo", "authorizationServer", "keycloak", "tokens", "access") in paths
    assert len(set(paths)) == len(paths)


def test_delivered_settings_are_compared_at_both_servers() -> None:
    alone = declared()
    moving = declared(movingTo={"authorizationServer": NEXT})
    switched = declared(authorizationServer=NEXT, movingFrom={"authorizationServer": PRESENT})
    assert list(differences(document(moving), snapshot(moving))) == []
    assert list(differences(document(alone), snapshot(moving))) == [
        "tokens of the second authorization server are not accepted yet"
    ]
    assert list(differences(document(moving), snapshot(alone))) == [
        f"tokens of {FOLLOWING} are still accepted"
    ]
    assert next(differences(document(moving), snapshot(switched))) == (
        "clients are sent to the other authorization server"
    )


def test_an_issuer_belongs_to_one_server_of_a_document() -> None:
    valid = document(declared(movingTo={"authorizationServer": NEXT}))
    first, second = valid.authorization_servers
    both = second.model_copy(update={"issuers": (*second.issuers, *first.issuers)})
    text = valid.model_copy(update={"authorization_servers": (first, both)}).canonical_json()
    with pytest.raises(ValidationError, match="each issuer may occur only once in a document"):
        SettingsDocument.from_json(text)


def test_a_resource_that_only_the_second_server_protects_stays_reachable() -> None:
    def without_test(declaration: Declaration, ids: ServerIds) -> SettingsDocument:
        complete = KEYCLOAK.settings(declaration, ids)
        resources = complete.protected_resources[:1]
        return complete.model_copy(update={"protected_resources": resources})

    both = {"456": {"environments": ["production", "test"]}}
    declaration = declared(workspaces=both, movingTo={"authorizationServer": NEXT})
    preferred = replace(declaration, kind=replace(declaration.kind, settings=without_test))
    resources = document(preferred).protected_resources
    assert [(item.key, [at.authority for at in item.authorization_servers]) for item in resources] == [
        ("456/production", [FORMER, FOLLOWING]),
        ("456/test", [FOLLOWING]),
    ]
