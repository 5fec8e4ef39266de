"""Whom a protected resource admits, where the authorization server decides that by resource."""

from __future__ import annotations

import pytest

from flow_mcp.declaration.clients import NOBODY, People
from flow_mcp.declaration.sign_in_paths import admitted
from tests.unit.declared import SERVER, Stacks, problem, tenant

CLIENT = (
    "{}:\n  grant: authorization-code\n  access: [{}]\n  redirectUris: [https://a.example/cb]\n  people: {}\n"
)
NOBODY_SIGNS_IN = (
    "admits nobody, so nobody can sign in",
    "Say people: {groups: [\u2026]} or people: everyone, or remove it.",
)
SAME = "Admit the same people, or give the clients different resources."
DOCUMENTS = (
    SERVER
    + "  registration:\n    metadataDocuments:\n      domains: [claude.ai]\n      access: ['456/test']\n"
)


def others(resource: str, other: str) -> str:
    return (
        f"admits other people to {resource} than {other} does, "
        "and keycloak admits people by protected resource, not by client"
    )


def test_clients_of_one_resource_admit_the_same_people_in_any_order(stacks: Stacks) -> None:
    text = tenant(
        CLIENT.format("a", "'*'", "{groups: [p, q]}") + CLIENT.format("b", "456/test", "{groups: [q, p]}")
    )
    assert stacks.problems(text) == ()


@pytest.mark.parametrize("people_of_b", ["everyone", "{groups: [x]}", "{groups: [p, q, z]}"])
def test_other_people_are_refused_where_clients_share_a_resource(stacks: Stacks, people_of_b: str) -> None:
    text = tenant(CLIENT.format("a", "'*'", "{groups: [p, q]}") + CLIENT.format("b", "456/test", people_of_b))
    assert stacks.problem(text) == problem(20, "clients.b.people", others("456/test", "clients.a"), SAME)


def test_other_people_are_fine_where_clients_share_none(stacks: Stacks) -> None:
    text = tenant(
        CLIENT.format("a", "456/production", "{groups: [x]}") + CLIENT.format("b", "456/test", "everyone")
    )
    assert stacks.problems(text) == ()


def test_a_client_that_admits_nobody_is_warned_of(stacks: Stacks) -> None:
    text = tenant(CLIENT.format("a", "'*'", "none"))
    assert stacks.problems(text) == (problem(15, "clients.a.people", *NOBODY_SIGNS_IN, "warning"),)


def test_who_reaches_nothing_is_not_blamed_for_its_people_too(stacks: Stacks) -> None:
    text = tenant(CLIENT.format("a", "457/*", "none"))
    assert [found.path for found in stacks.problems(text)] == ["clients.a.access[0]"]


def test_clients_without_declaration_admit_whom_the_others_do(stacks: Stacks) -> None:
    text = tenant(CLIENT.format("a", "'*'", "{groups: [x]}"), server=DOCUMENTS)
    declaration = stacks.load(text).declaration
    (production, test) = declaration.resources
    server = declaration.server.model_dump()  # where their people come from
    assert server["registration"]["metadata_documents"]["people"] is None
    assert admitted(declaration, production) == People(groups=("x",))
    assert admitted(declaration, test) == People(groups=("x",))


def test_clients_without_declaration_admit_nobody_on_their_own(stacks: Stacks) -> None:
    text = tenant(server=DOCUMENTS)
    path = "authorizationServer.keycloak.registration.metadataDocuments.people"
    assert stacks.problems(text) == (problem(11, path, *NOBODY_SIGNS_IN, "warning"),)
    declaration = stacks.load(text).declaration
    assert admitted(declaration, declaration.resources[0]) == NOBODY


def test_a_program_admits_nobody_and_is_no_entrance_for_people(stacks: Stacks) -> None:
    text = tenant("p: {grant: client-credentials, access: ['*']}\n" + CLIENT.format("a", "'*'", "everyone"))
    assert stacks.problems(text) == ()
