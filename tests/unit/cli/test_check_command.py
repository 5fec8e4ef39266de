"""Tests of the files, the output and the exit codes of `flow-mcp check`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli import cli
from flow_mcp.cli.check import command
from flow_mcp.engine.project import NoProjectError
from flow_mcp.review.policy.errors import PolicyPackError
from tests.unit.declared import SERVER, Stacks, tenant

ACME = tenant()
GLOBEX = tenant(server=SERVER.replace("acme", "globex")).replace("id: acme", "id: globex")


@pytest.fixture
def project(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Stacks:
    """The project, with one of its directories as the working directory."""
    monkeypatch.chdir(stacks.project.directory / "stacks")
    return stacks


def check(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_all_stacks_are_checked_by_default(project: Stacks) -> None:
    project.write(ACME, "acme")
    project.write(GLOBEX, "globex")
    result = check()
    assert (result.exit_code, result.output) == (0, "2 tenants: 0 errors, 0 warnings\n")


def test_named_stacks_are_checked_each_once(project: Stacks) -> None:
    project.write(ACME, "acme")
    project.write("nonsense", "broken")
    result = check("acme", "acme")
    assert (result.exit_code, result.output) == (0, "1 tenant: 0 errors, 0 warnings\n")


def test_errors_are_on_standard_error_with_file_and_line_and_exit_with_2(project: Stacks) -> None:
    project.write(ACME, "acme")
    project.write(GLOBEX.replace("https", "http"), "globex")
    result = check()
    assert result.exit_code == 2
    assert result.stdout == "2 tenants: 1 error, 0 warnings\n"
    assert result.stderr == (
        "stacks/Pulumi.globex.yaml:8: error: authorizationServer.keycloak.url: uses plain http. "
        "Use https; plain http is allowed only for loopback addresses.\n"
    )


def test_warnings_are_on_standard_output_and_exit_with_0(project: Stacks) -> None:
    project.write(
        ACME.replace(
            "create: true}",
            "create: true}\n        registration:\n"
            "          dynamic: {redirectHosts: [a.example], access: ['*'], people: everyone}",
        )
    )
    result = check()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1] == "1 tenant: 0 errors, 1 warning"
    assert result.stdout.startswith("stacks/Pulumi.acme.yaml:11: warning: ")


def test_problems_are_printed_as_json(project: Stacks) -> None:
    project.write(ACME.replace("id: acme", "id: ''"))
    result = check("--json", "--as-of", "2026-11-25")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == {
        "checked": ["acme"],
        "asOf": "2026-11-25",
        "problems": [
            {
                "file": "stacks/Pulumi.acme.yaml",
                "line": 3,
                "path": "id",
                "message": "is not an ID",
                "remedy": "Use 1 to 63 letters, digits, - and _, starting with a letter or digit.",
                "severity": "error",
            }
        ],
    }


def test_problems_of_the_instance_are_reported_once(project: Stacks) -> None:
    text = project.project.file.read_text(encoding="utf-8")
    project.project.file.write_text(text.replace("https:", "http:"), encoding="utf-8")
    for number in range(5):
        project.write(GLOBEX.replace("globex", f"globex{number}"), f"globex{number}")
    result = check()
    assert result.stdout == "5 tenants: 1 error, 0 warnings\n"
    assert result.stderr.startswith("Pulumi.yaml:6: error: instance.server: uses plain http.")


def test_conflicting_stacks_are_reported_with_their_lines(project: Stacks) -> None:
    clients = "a: {grant: client-credentials, access: ['*'], clientId: agent}\n"
    project.write(tenant(clients), "acme")
    project.write(tenant(clients), "acme-copy")
    result = check()
    assert result.exit_code == 2
    assert result.stderr == (
        "stacks/Pulumi.acme-copy.yaml:3: error: id: is the tenant acme of https://app.profitbase.biz/flow, "
        "which the stack acme also declares. Declare it in only one stack.\n"
        "stacks/Pulumi.acme-copy.yaml:9: error: authorizationServer.keycloak.realm.name: is the realm "
        "https://id.acme.example/realms/acme, which the stack acme also declares. "
        "Declare it in only one stack.\n"
        "stacks/Pulumi.acme-copy.yaml:11: error: clients.a.clientId: is the client agent of the realm "
        "https://id.acme.example/realms/acme, which the stack acme also declares. "
        "Declare it in only one stack.\n"
    )


def test_equal_ids_on_two_instances_are_two_tenants(project: Stacks) -> None:
    project.write(ACME, "acme")
    same_id = GLOBEX.replace("id: globex", "id: acme")
    project.write(same_id + "  flow-mcp:instance: {server: https://flow.acme.example}\n", "elsewhere")
    assert check().output == "2 tenants: 0 errors, 0 warnings\n"


def test_stacks_that_share_a_realm_that_exists_may_not_share_clients(project: Stacks) -> None:
    shared = SERVER.replace("create: true", "create: false")
    client = "{}: {{grant: client-credentials, access: ['*']}}\n"
    project.write(tenant(client.format("b-c"), server=shared).replace("id: acme", "id: a"), "one")
    project.write(tenant(client.format("c"), server=shared).replace("id: acme", "id: a-b"), "two")
    result = check()
    assert result.stderr == (
        "stacks/Pulumi.two.yaml:11: error: clients.c.clientId: is the client flow-mcp-a-b-c of the realm "
        "https://id.acme.example/realms/acme, which the stack one also declares. "
        "Declare it in only one stack.\n"
    )


def test_only_one_stack_manages_the_registration_of_a_realm_that_exists(project: Stacks) -> None:
    shared = SERVER.replace("create: true", "create: false") + "  registration: {manage: true}\n"
    project.write(tenant(server=shared), "one")
    project.write(tenant(server=shared).replace("id: acme", "id: two"), "two")
    (line,) = check().stderr.splitlines()
    assert line.startswith(
        "stacks/Pulumi.two.yaml:10: error: authorizationServer.keycloak.registration.manage: "
    )


def test_a_missing_stack_is_an_error_with_a_suggestion(project: Stacks) -> None:
    project.write(ACME, "acme")
    with pytest.raises(
        NoProjectError,
        match=r"^there is no stack acne: .*Pulumi\.acne\.yaml is missing\. Did you mean acme\?$",
    ):
        check("acne")


@pytest.mark.parametrize("name", ["../acme", "/etc/passwd", "", "*"])
def test_a_stack_name_cannot_be_a_path(project: Stacks, name: str) -> None:
    project.write(ACME, "acme")
    with pytest.raises(NoProjectError, match="there is no stack"):
        check(name)


def test_a_project_without_tenants_is_an_error(project: Stacks) -> None:
    assert project.project.stacks() == ()
    with pytest.raises(
        NoProjectError, match=r"^There is no tenant to check: .*stacks has no Pulumi\.<stack>\.yaml\.$"
    ):
        check()


def test_check_outside_of_a_project_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path.cwd().anchor)
    with pytest.raises(NoProjectError) as raised:
        check()
    assert str(raised.value) == (
        "no Pulumi.yaml in / or its parent directories; change to the project's directory, name it "
        "with --project, or create a project with `flow-mcp new`"
    )


def test_the_group_finds_the_command(project: Stacks) -> None:
    project.write(ACME)
    assert CliRunner().invoke(cli, ["check", "acme"]).output == "1 tenant: 0 errors, 0 warnings\n"


REFUSED = tenant("refused: {grant: client-credentials, access: ['*']}\n")
WAIVER = "waivers:\n  TEST-900: {reason: Moves, acceptedBy: ciso, expires: 2026-12-31}\n"


def test_a_blocking_policy_is_an_error_with_its_line_and_exits_with_4(project: Stacks) -> None:
    project.write(REFUSED)
    result = check("--as-of", "2026-11-25")
    assert result.exit_code == 4
    problem = "clients.refused: is called refused on 2026-11-25"
    assert result.stderr == (f"stacks/Pulumi.acme.yaml:11: error: {problem} (TEST-900). Call it otherwise.\n")
    assert result.stdout == (
        f"stacks/Pulumi.acme.yaml:11: warning: {problem} (TEST-901). Call it otherwise.\n"
        "1 tenant: 1 error, 1 warning\n"
    )


def test_an_invalid_declaration_exits_with_2_despite_blocking_policies(project: Stacks) -> None:
    project.write(REFUSED)
    project.write("nonsense", "broken")
    assert check().exit_code == 2


def test_a_permitted_waiver_is_a_note_and_suppresses_the_error(project: Stacks) -> None:
    configuration = {"all": "disabled", "TEST-900": {"enforcementLevel": "mandatory", "waivableBy": ["ciso"]}}
    configuration["TEST-901"] = "advisory"
    (project.project.policies / "configuration.json").write_text(json.dumps(configuration), encoding="utf-8")
    project.write(tenant("refused: {grant: client-credentials, access: ['*']}\n", more=WAIVER))
    assert check("--as-of", "2026-12-31").output.endswith("0 errors, 1 warning; 1 note with --all\n")
    result = check("--all", "--as-of", "2026-12-31")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == (
        "stacks/Pulumi.acme.yaml:11: info: clients.refused: is called refused on 2026-12-31 (TEST-900), "
        "accepted by ciso until 2026-12-31. Reason: Moves."
    )
    assert check("--as-of", "2027-01-01").exit_code == 4


def test_a_rule_that_raises_blocks_and_does_not_show_values(project: Stacks) -> None:
    project.write(tenant("raising: {grant: client-credentials, access: ['*']}\n"))
    result = check()
    assert result.exit_code == 4
    assert "could not be evaluated: the rule raised KeyError (TEST-900)" in result.stderr
    assert "secret" not in result.output


def test_without_a_policy_pack_nothing_is_checked(project: Stacks) -> None:
    shutil.rmtree(project.project.policies)
    project.write(ACME)
    with pytest.raises(PolicyPackError) as caught:
        check()
    assert str(caught.value).startswith(f"there is no policy pack {project.project.policies}; ")


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "20261101"])
def test_an_invalid_day_is_rejected(project: Stacks, day: str) -> None:
    project.write(ACME)
    assert CliRunner().invoke(command, ["--as-of", day]).exit_code == 2


def test_an_invalid_file_of_known_applications_is_an_error_even_if_no_tenant_uses_it(project: Stacks) -> None:
    project.write(ACME, "acme")
    file = project.project.directory / "stacks" / "applications.yaml"
    file.write_text("planner: {name: Planner}\n", encoding="utf-8")
    result = check()
    assert (result.exit_code, result.stdout) == (2, "1 tenant: 1 error, 0 warnings\n")
    assert result.stderr.startswith(
        "stacks/applications.yaml:1: error: planner.name: is not a key of entry. "
    )
