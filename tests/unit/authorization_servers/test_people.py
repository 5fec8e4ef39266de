"""The people whom a protected resource admits if the authorization server decides by resource."""

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
    "Set people: {groups: [\u2026]} or people: everyone, or remove this entry.",
)
SAME = "Declare the same people for both, or give the clients access to different resources."
DOCUMENTS = (
    SERVER
    + "  registration:\n    metadataDocuments:\n      domains: [claude.ai]\n      access: ['456/test']\n"
)


def different_people(resource: str, first_client: str) -> str:
    return (
        f"admits other people to {resource} than {first_client} does, "
        "and keycloak admits people by protected resource, not by client"
    )


def test_order_of_groups_is_ignored(stacks: Stacks) -> None:
    text = tenant(
        CLIENT.format("a", "'*'", "{groups: [p, q]}") + CLIENT.format("b", "456/test", "{groups: [q, p]}")
    )
    assert stacks.problems(text) == ()


@pytest.mark.parametrize("people_of_b", ["everyone", "{groups: [x]}", "{groups: [p, q, z]}"])
def test_clients_of_one_resource_with_different_people_are_rejected(stacks: Stacks, people_of_b: str) -> None:
    text = tenant(CLIENT.format("a", "'*'", "{groups: [p, q]}") + CLIENT.format("b", "456/test", people_of_b))
    assert stacks.problem(text) == problem(
        20, "clients.b.people", different_people("456/test", "clients.a"), SAME
    )


def test_clients_without_a_common_resource_may_admit_different_people(stacks: Stacks) -> None:
    text = tenant(
        CLIENT.format("a", "456/production", "{groups: [x]}") + CLIENT.format("b", "456/test", "everyone")
    )
    assert stacks.problems(text) == ()


def test_client_that_admits_nobody_warns(stacks: Stacks) -> None:
    text = tenant(CLIENT.format("a", "'*'", "none"))
    assert stacks.problems(text) == (problem(15, "clients.a.people", *NOBODY_SIGNS_IN, "warning"),)


def test_client_with_invalid_access_has_no_second_finding_about_people(stacks: Stacks) -> None:
    text = tenant(CLIENT.format("a", "457/*", "none"))
    assert [finding.path for finding in stacks.problems(text)] == ["clients.a.access[0]"]


def test_registration_method_without_people_inherits_them_from_clients(stacks: Stacks) -> None:
    text = tenant(CLIENT.format("a", "'*'", "{groups: [x]}"), server=DOCUMENTS)
    declaration = stacks.load(text).declaration
    (production, test) = declaration.resources
    server = declaration.server.model_dump()
    assert server["registration"]["metadata_documents"]["people"] is None
    assert admitted(declaration, production) == People(groups=("x",))
    assert admitted(declaration, test) == People(groups=("x",))


def test_registration_method_without_people_and_clients_admits_nobody(stacks: Stacks) -> None:
    text = tenant(server=DOCUMENTS)
    path = "authorizationServer.keycloak.registration.metadataDocuments.people"
    assert stacks.problems(text) == (problem(11, path, *NOBODY_SIGNS_IN, "warning"),)
    declaration = stacks.load(text).declaration
    assert admitted(declaration, declaration.resources[0]) == NOBODY


def test_program_is_not_a_sign_in_path(stacks: Stacks) -> None:
    text = tenant("p: {grant: client-credentials, access: ['*']}\n" + CLIENT.format("a", "'*'", "everyone"))
    assert stacks.problems(text) == ()
