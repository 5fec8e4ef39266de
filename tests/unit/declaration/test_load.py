"""Whole files: all problems in the file's order, the instance, and the irrelevance of the entries' order."""

from __future__ import annotations

from dataclasses import astuple

import pytest

from flow_mcp.authorization_servers.load import from_configuration, from_file
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import instance_of
from tests.unit.declared import PROJECT_FILE, SERVER, Stacks, problem, tenant

PLAIN_HTTP = ("uses plain http", "Use https; plain http is allowed only for loopback addresses.")
MISSING = ("is missing", "Add it; it has no default.")
NO_INSTANCE = (
    "declares no Flow instance",
    "Add flow-mcp:instance with default: {server: \u2026} below it.",
)
NAME = ("is not the name of this project", "Set name: flow-mcp.")
SYNTAX = ("is not valid YAML: did not find expected node content", "Correct the syntax.")
CREDENTIAL = "looks like a credential, which a declaration must not contain"
WILDCARD = "has a wildcard, which lets an attacker's page receive authorization codes"

TEN_MISTAKES = """\
config:
  flow-mcp:tenant:
    id: 0456
    workspaces:
      "456": {environments: [production, test, test]}
    authorizationServer:
      keycloak:
        url: http://id.acme.example
        realm: {name: master, create: true}
        tokens: {access: 2d}
    clients:
      nightly-agent: {grant: client-credentials, access: ["456/staging"], clientSecret: hunter2}
      desktop:
        grant: authorization-code
        redirectUris: ["http://127.0.0.1/callback", "https://app.example.com/*"]
        acces: ["*"]
        people: {groups: [planners], everyone: true}
      portal:
        grant: authorization-code
        clientType: public
        access: &portal ["456/production"]
        privateKeyJwt: {certificate: nonsense}
    manualRegistrations:
      legacy-crm: {clientId: flow-mcp-acme-portal, access: *portal}
  flow-mcp:instance: {server: https://app.profitbase.biz/flow/}
"""


def test_all_problems_of_a_file_are_reported_once_and_in_its_order(stacks: Stacks) -> None:
    assert [astuple(reported)[1:4] for reported in stacks.problems(TEN_MISTAKES)] == [
        (3, "id", "is a number, a date or a Boolean to some YAML parsers"),
        (5, "workspaces.456.environments[2]", "is a duplicate of an earlier entry"),
        (8, "authorizationServer.keycloak.url", "uses plain http"),
        (12, "clients.nightly-agent.clientSecret", CREDENTIAL),
        (13, "clients.desktop.access", "is missing"),
        (15, "clients.desktop.redirectUris[1]", WILDCARD),
        (16, "clients.desktop.acces", "is not a key of clients.desktop"),
        (17, "clients.desktop.people", "declares both groups and everyone"),
        (18, "clients.portal.redirectUris", "is missing, but grant authorization-code requires it"),
        (22, "clients.portal.privateKeyJwt.certificate", "is not exactly one certificate in PEM format"),
        (24, "manualRegistrations.legacy-crm.access", "is a YAML alias, which is not allowed"),
        (25, "instance.server", "ends with a slash"),
    ]  # fmt: skip


def test_consequences_of_a_problem_are_not_reported(stacks: Stacks) -> None:
    text = tenant(
        "a: {grant: authorization-code, people: everyone, access: ['456/x y'], redirectUris: ['nonsense']}\n"
        "b: {grant: client-credentials, access: ['457/test']}\n"
    ).replace('"456"', '"4 5 6"')
    assert [reported.path for reported in stacks.problems(text)] == [
        'workspaces."4 5 6"',
        "clients.a.access[0]",
        "clients.a.redirectUris[0]",
    ]


def test_checks_run_in_spite_of_type_errors(stacks: Stacks) -> None:
    text = tenant(
        "a: {grant: client-credentials, access: ['456/staging'], redirectUris: ['https://a.example/cb']}\n"
        "b: {grant: client-credentials, access: ['456/test'], nonsense: x, clientId: flow-mcp-acme-a}\n"
    )
    assert [(reported.line, reported.path) for reported in stacks.problems(text)] == [
        (11, "clients.a.access[0]"),
        (11, "clients.a.redirectUris"),
        (12, "clients.b.nonsense"),
        (12, "clients.b.clientId"),
    ]


def test_the_order_of_entries_does_not_change_the_settings_document(stacks: Stacks) -> None:
    one = tenant(
        "a: {grant: client-credentials, access: ['456/test', '7/x']}\n"
        "b: {grant: authorization-code, people: {groups: [q, p]}, access: ['*'],\n"
        "    redirectUris: ['https://b.example/1', 'https://a.example/2'], webOrigins: ['https://b.example', 'https://a.example']}\n",
        server=SERVER
        + "  registration:\n    dynamic: {redirectHosts: [b.example, a.example], access: ['456/*', '7/x']}\n",
        more="manualRegistrations: {c: {clientId: c, access: ['*']}, d: {clientId: d, access: ['*']}}\n",
    ).replace(
        '"456": {environments: [production, test]}',
        '"456": {environments: [production, test]}\n      "7": {environments: [x]}',
    )
    other = tenant(
        "b: {redirectUris: ['https://a.example/2', 'https://b.example/1'], webOrigins: ['https://a.example', 'https://b.example'],\n"
        "    access: ['*'], people: {groups: [p, q]}, grant: authorization-code}\n"
        "a: {access: ['7/x', '456/test'], grant: client-credentials}\n",
        server=SERVER
        + "  registration:\n    dynamic: {access: ['7/x', '456/*'], redirectHosts: [a.example, b.example]}\n",
        more="manualRegistrations: {d: {clientId: d, access: ['*']}, c: {access: ['*'], clientId: c}}\n",
    ).replace(
        '"456": {environments: [production, test]}',
        '"7": {environments: [x]}\n      "456": {environments: [test, production]}',
    )
    first, second = stacks.load(one).declaration, stacks.load(other).declaration
    assert first == second
    assert first.tenant.model_dump_json() == second.tenant.model_dump_json()
    assert (
        first.kind.settings(first, {}).canonical_json() == second.kind.settings(second, {}).canonical_json()
    )


def test_the_instance_is_read_from_pulumi_yaml(stacks: Stacks) -> None:
    declaration = stacks.load(tenant()).declaration
    assert declaration.instance.server == "https://app.profitbase.biz/flow"


def test_a_stack_may_declare_its_own_instance(stacks: Stacks) -> None:
    declaration = stacks.load(
        tenant() + "  flow-mcp:instance: {server: https://flow.acme.example}\n"
    ).declaration
    assert [resource.url for resource in declaration.resources] == [
        "https://flow.acme.example/mcp/tenants/acme/workspaces/456/environments/production",
        "https://flow.acme.example/mcp/tenants/acme/workspaces/456/environments/test",
    ]


@pytest.mark.parametrize(
    ("project_file", "line", "path", "expected"),
    [
        (PROJECT_FILE.replace("https:", "http:"), 6, "instance.server", PLAIN_HTTP),
        (PROJECT_FILE.replace("server", "sever"), 5, "instance.server", MISSING),
        (PROJECT_FILE.replace("default", "defaults"), 2, "config", NO_INSTANCE),
        ("name: flow-mcp\n", 1, "config", NO_INSTANCE),
        (PROJECT_FILE.replace(": flow-mcp", ": other"), 1, "name", NAME),
        ("name: [\n", 2, "file", SYNTAX),
    ],
)
def test_an_invalid_instance_is_reported_in_pulumi_yaml(
    stacks: Stacks, project_file: str, line: int, path: str, expected: tuple[str, str]
) -> None:
    stacks.project.file.write_text(project_file, encoding="utf-8")
    problems = stacks.problems(tenant())
    assert problems[0] == Problem("Pulumi.yaml", line, path, *expected)


def test_the_tenants_problems_come_before_those_of_pulumi_yaml(stacks: Stacks) -> None:
    stacks.project.file.write_text(PROJECT_FILE.replace("https:", "http:"), encoding="utf-8")
    problems = stacks.problems(tenant("a: {grant: client-credentials, access: ['456/staging']}\n"))
    assert [(item.file, item.path) for item in problems] == [
        ("Pulumi.acme.yaml", "clients.a.access[0]"),
        ("Pulumi.yaml", "instance.server"),
    ]


def test_the_instances_key_may_lack_its_namespace_in_pulumi_yaml(stacks: Stacks) -> None:
    stacks.project.file.write_text(PROJECT_FILE.replace("flow-mcp:instance", "instance"), encoding="utf-8")
    assert stacks.problems(tenant()) == ()


def test_a_tenant_has_no_key_instance(stacks: Stacks) -> None:
    text = tenant(more="instance: {server: https://evil.example}\n")
    assert stacks.problem(text) == problem(
        10,
        "instance",
        "is not a key of tenant",
        "Known keys: adopted, authorizationServer, clients, enterprise, id, manualRegistrations, movingFrom, "
        "movingTo, protected, waivers, workspaces.",
    )


def test_exactly_one_authorization_server_is_required(stacks: Stacks) -> None:
    none = tenant(server="{}\n")
    two = tenant(server=SERVER + "auth0: {domain: acme.eu.auth0.com}\n")
    remedy = "Declare exactly one of: flow-entra, entra, keycloak, auth0, scalekit, external."
    path = "authorizationServer"
    assert stacks.problem(none) == problem(6, path, "declares 0 authorization servers (none)", remedy)
    assert stacks.problem(two) == problem(
        6, path, "declares 2 authorization servers (keycloak, auth0)", remedy
    )


def test_an_unknown_authorization_server_is_rejected_with_a_suggestion(stacks: Stacks) -> None:
    text = tenant().replace("keycloak:", "keycloack:")
    assert stacks.problem(text) == problem(
        7, "authorizationServer.keycloack", "is not a key of authorizationServer", "Did you mean keycloak?"
    )


def test_configuration_results_in_the_same_declaration_as_a_file(stacks: Stacks) -> None:
    loaded = stacks.load(tenant("a: {grant: client-credentials, access: ['*']}\n"))
    again = from_configuration(
        loaded.tenant.value, {"server": "https://app.profitbase.biz/flow"}, source="acme"
    )
    assert again.declaration == loaded.declaration


def test_problems_of_configuration_have_no_lines() -> None:
    with pytest.raises(DeclarationError) as refused:
        from_configuration({"id": "acme", "workspaces": {}}, {"server": "http://x.example"}, source="acme")
    problems = refused.value.problems
    assert problems[0] == Problem("acme", 0, "workspaces", "is empty", "Add at least one entry.")
    assert (
        "acme: error: instance.server: uses plain http. "
        "Use https; plain http is allowed only for loopback addresses." in str(refused.value)
    )


@pytest.mark.parametrize(
    "value", [object(), {"id": object()}, {"id": b"acme"}, {"id": {1, 2}}, {("a", 1): 2}]
)
def test_configuration_with_values_other_than_json_is_rejected(value: object) -> None:
    with pytest.raises(DeclarationError) as refused:
        from_configuration(value, {}, source="acme")
    assert str(refused.value) == (
        "acme: error: tenant: contains values other than strings, numbers, Booleans, lists and mappings. "
        "Use plain values, not Outputs: the set of resources is computed from them."
    )


def test_recursive_or_unserializable_configuration_is_rejected() -> None:
    endless: dict[str, object] = {}
    endless["clients"] = endless
    deep: object = []
    for _ in range(100_000):
        deep = [deep]
    for value in (endless, {"clients": deep}, {"id": "\ud800"}, {"id": float("nan")}, None, 1, "acme"):
        with pytest.raises(DeclarationError):
            from_configuration(value, {}, source="acme")


def test_an_instance_is_read_once_for_many_files(stacks: Stacks) -> None:
    instance = instance_of(stacks.project.file)
    stacks.project.file.unlink()
    assert from_file(stacks.write(tenant()), instance).declaration.tenant.id == "acme"
