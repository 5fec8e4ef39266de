"""Clients, manual registrations, their access, their people and their credentials."""

from __future__ import annotations

import pytest

from flow_mcp.declaration.clients import NOBODY, People
from tests.unit.declared import Stacks, problem, tenant

PROGRAM = "a:\n  grant: client-credentials\n  access: ['*']\n"
LIST = "a list ([\u2026], or - before each item)"
KNOWN = (
    "Known keys: access, application, clientId, clientType, federatedCredential, grant, people, "
    "privateKeyJwt, redirectUris, requestsScope, secret, tokens, webOrigins."
)
PERSON = "a:\n  grant: authorization-code\n  access: ['*']\n  people: everyone\n"
REDIRECT = "  redirectUris: [https://a.example/cb]\n"
KEEP_ONE = "Keep one of them."
DUPLICATE = "is a duplicate of an earlier entry"
FOR_PEOPLE = (
    "applies to people, who cannot sign in with grant client-credentials",
    "Remove it, or declare grant authorization-code.",
)


def test_a_program_is_confidential_and_has_no_people(stacks: Stacks) -> None:
    client = stacks.load(tenant(PROGRAM)).declaration.tenant.clients["a"]
    assert (client.confidential, client.people, client.redirect_uris) == (True, NOBODY, ())


def test_a_client_for_people_is_public_by_default(stacks: Stacks) -> None:
    def confidential(more: str) -> bool:
        return stacks.load(tenant(PERSON + REDIRECT + more)).declaration.tenant.clients["a"].confidential

    assert not confidential("")
    assert not confidential("  clientType: public\n")
    assert confidential("  clientType: confidential\n")
    assert confidential("  privateKeyJwt: {jwksUrl: https://a.example/jwks}\n")


def test_each_key_for_people_is_rejected_for_a_program(stacks: Stacks) -> None:
    text = tenant(
        PROGRAM
        + "  clientType: public\n"
        + REDIRECT
        + "  webOrigins: [https://a.example]\n  people: everyone\n"
    )
    public = "is public, but grant client-credentials needs a confidential client (RFC 6749, 4.4)"
    assert stacks.problems(text) == (
        problem(14, "clients.a.clientType", public, "Remove it."),
        problem(15, "clients.a.redirectUris", *FOR_PEOPLE),
        problem(16, "clients.a.webOrigins", *FOR_PEOPLE),
        problem(17, "clients.a.people", *FOR_PEOPLE),
    )


def test_a_client_for_people_needs_redirect_uris(stacks: Stacks) -> None:
    assert stacks.problem(tenant(PERSON)) == problem(
        11,
        "clients.a.redirectUris",
        "is missing, but grant authorization-code requires it",
        "List the application's redirect URIs.",
    )


def test_a_public_client_has_no_credential(stacks: Stacks) -> None:
    text = tenant(
        PERSON + REDIRECT + "  clientType: public\n  privateKeyJwt: {jwksUrl: https://a.example/jwks}\n"
    )
    assert stacks.problem(text) == problem(
        17,
        "clients.a.privateKeyJwt",
        "is a credential, which a public client cannot have",
        "Remove it, or remove clientType: public.",
    )


def test_a_client_has_at_most_one_authentication_method(stacks: Stacks) -> None:
    text = tenant(
        PROGRAM
        + "  privateKeyJwt: {jwksUrl: https://a.example/jwks}\n"
        + "  secret: {issued: 2026-11-01, lifetime: 180d}\n"
    )
    message = "is a second authentication method besides privateKeyJwt"
    assert problem(15, "clients.a.secret", message, "Keep one.") in stacks.problems(text)


@pytest.mark.parametrize("grant", ["password", "implicit", "client_credentials", "''"])
def test_an_unknown_grant_is_rejected(stacks: Stacks, grant: str) -> None:
    assert stacks.problem(tenant(PROGRAM.replace("client-credentials", grant))) == problem(
        12,
        "clients.a.grant",
        "is not one of the allowed values",
        "Use 'client-credentials' or 'authorization-code'.",
    )


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ("everyone", People(everyone=True)),
        ("none", NOBODY),
        ("{}", NOBODY),
        ("{everyone: true}", People(everyone=True)),
        ("{groups: []}", NOBODY),
        ("{groups: [b, a]}", People(groups=("a", "b"))),
    ],
)
def test_people_are_groups_everyone_or_none(stacks: Stacks, people: str, expected: People) -> None:
    text = tenant(PERSON.replace("everyone", people) + REDIRECT)
    assert stacks.load(text).declaration.tenant.clients["a"].people == expected


@pytest.mark.parametrize(
    ("people", "key", "message", "remedy"),
    [
        ("all", "", "is not a mapping (key: value)", "Write a mapping (key: value)."),
        ("[planners]", "", "is not a mapping (key: value)", "Write a mapping (key: value)."),
        ("true", "", "is not a mapping (key: value)", "Write a mapping (key: value)."),
        ("{group: [planners]}", ".group", "is not a key of clients.a.people", "Did you mean groups?"),
        ("{groups: planners}", ".groups", f"is not {LIST}", f"Write {LIST}."),
        ("{groups: [planners], everyone: true}", "", "declares both groups and everyone", KEEP_ONE),
        ("{groups: [planners, planners]}", ".groups[1]", DUPLICATE, "Remove or correct it."),
    ],
)  # fmt: skip
def test_invalid_people_are_rejected(
    stacks: Stacks, people: str, key: str, message: str, remedy: str
) -> None:
    text = tenant(PERSON.replace("everyone", people, 1) + REDIRECT)
    assert stacks.problem(text) == problem(14, f"clients.a.people{key}", message, remedy)


def test_access_is_required_and_must_not_be_empty(stacks: Stacks) -> None:
    without = tenant(PROGRAM.replace("  access: ['*']\n", ""))
    empty = tenant(PROGRAM.replace("'*'", ""))
    missing = ("is missing", "Add it; it has no default.")
    assert stacks.problem(without) == problem(11, "clients.a.access", *missing)
    assert stacks.problem(empty) == problem(13, "clients.a.access", "is empty", "Add at least one entry.")


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("*", ["456/production", "456/test"]),
        ("456/*", ["456/production", "456/test"]),
        ("456/test", ["456/test"]),
    ],
)
def test_an_access_entry_is_expanded(stacks: Stacks, entry: str, expected: list[str]) -> None:
    declaration = stacks.load(tenant(PROGRAM.replace("*", entry))).declaration
    resources = declaration.reached_by(declaration.tenant.clients["a"].access)
    assert [resource.key for resource in resources] == expected


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "456",
        "/",
        "456/",
        "/test",
        "*/test",
        "*/*",
        "456/test/x",
        "456/t*",
        "**",
        "456 /test",
        "456/\u202e",
    ],
)
def test_an_invalid_access_entry_is_rejected(stacks: Stacks, entry: str) -> None:
    escaped = entry.encode("ascii", "backslashreplace").decode()
    assert stacks.problem(tenant(PROGRAM.replace("'*'", f'"{escaped}"'))) == problem(
        13,
        "clients.a.access[0]",
        "is not an access entry",
        'Use "<workspace>/<environment>", "<workspace>/*" or "*".',
    )


@pytest.mark.parametrize(
    ("entry", "suggestion"),
    [
        ("456/tset", "Did you mean 456/test? "),
        ("457/test", "Did you mean 456/test? "),
        ("457/*", "Did you mean 456/*? "),
        ("9/x", ""),
    ],
)
def test_access_to_an_undeclared_environment_is_rejected_with_a_suggestion(
    stacks: Stacks, entry: str, suggestion: str
) -> None:
    assert stacks.problem(tenant(PROGRAM.replace("*", entry))) == problem(
        13,
        "clients.a.access[0]",
        f"names {entry}, which the tenant does not declare",
        f"{suggestion}Declared: 456/production, 456/test.",
    )


def test_duplicate_entries_are_rejected_in_every_list(stacks: Stacks) -> None:
    text = tenant("a:\n  grant: authorization-code\n  people: everyone\n  access: ['456/test', '456/test']\n"
                  "  redirectUris: [https://a.example/cb, https://a.example/cb]\n").replace(
        "[production, test]", "[test, production, test]"
    )  # fmt: skip
    assert [(reported.line, reported.path, reported.message) for reported in stacks.problems(text)] == [
        (5, "workspaces.456.environments[2]", "is a duplicate of an earlier entry"),
        (14, "clients.a.access[1]", "is a duplicate of an earlier entry"),
        (15, "clients.a.redirectUris[1]", "is a duplicate of an earlier entry"),
    ]


def test_ids_that_differ_only_in_case_are_rejected(stacks: Stacks) -> None:
    text = tenant().replace(
        '"456": {environments: [production, test]}',
        "Ab: {environments: [test, Test]}\n      aB: {environments: [x]}",
    )
    reason, remedy = "which some authorization servers ignore", "Use IDs that differ in other characters too."
    assert stacks.problems(text) == (
        problem(5, "workspaces.Ab.environments[1]", f"differs from test only in case, {reason}", remedy),
        problem(6, "workspaces.aB", f"differs from Ab only in case, {reason}", remedy),
    )


def test_two_clients_with_the_same_client_id_are_rejected(stacks: Stacks) -> None:
    text = tenant(
        PROGRAM + "b:\n  grant: client-credentials\n  access: ['*']\n  clientId: flow-mcp-acme-a\n",
        more="manualRegistrations:\n"
        "  c: {clientId: flow-mcp-acme-a, access: ['*']}\n  d: {clientId: x, access: ['*']}\n"
        "  e: {clientId: x, access: ['*']}\n",
    )
    remedy = "Register each application separately."
    assert stacks.problems(text) == (
        problem(17, "clients.b.clientId", "is also the client ID of clients.a", remedy),
        problem(19, "manualRegistrations.c.clientId", "is also the client ID of clients.a", remedy),
        problem(
            21, "manualRegistrations.e.clientId", "is also the client ID of manualRegistrations.d", remedy
        ),
    )


def test_two_clients_with_the_same_name_are_rejected(stacks: Stacks) -> None:
    text = tenant(PROGRAM, more="manualRegistrations:\n  a: {clientId: x, access: ['*']}\n")
    assert stacks.problem(text) == problem(
        15,
        "manualRegistrations.a",
        "has the same name as a client, and the stack's outputs list both by name",
        "Choose another name.",
    )


def test_a_manual_registration_is_a_program_by_default(stacks: Stacks) -> None:
    text = tenant(more="manualRegistrations:\n  a: {clientId: x, access: ['*']}\n"
                  "  b: {clientId: z, access: ['*'], grant: authorization-code}\n")  # fmt: skip
    manual = stacks.load(text).declaration.tenant.manual_registrations
    assert {name: entry.grant for name, entry in manual.items()} == {
        "a": "client-credentials",
        "b": "authorization-code",
    }


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("redirectURIs", "Did you mean redirectUris?"),
        ("redirect_uris", "Did you mean redirectUris?"),
        ("client_id", "Did you mean clientId?"),
        ("privateKeyJWT", "Did you mean privateKeyJwt?"),
        ("scopes", KNOWN),
    ],
)  # fmt: skip
def test_an_unknown_key_is_rejected_with_a_suggestion(stacks: Stacks, key: str, remedy: str) -> None:
    text = tenant(PROGRAM + f"  {key}: x\n")
    assert stacks.problem(text) == problem(14, f"clients.a.{key}", "is not a key of clients.a", remedy)
