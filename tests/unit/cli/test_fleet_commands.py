"""Commands for many tenants: rejected options, questions and output."""

from __future__ import annotations

import json

import click
import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli import cli
from flow_mcp.cli.destroy import ask_for_name
from flow_mcp.cli.fleet_progress import FleetProgress
from flow_mcp.cli.fleet_summary import duration, show
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.interruption import Interruption
from flow_mcp.review.fleet.result import Event, Outcome
from flow_mcp.review.fleet.result import Result as TenantResult
from tests.unit.declared import SERVER, Stacks, tenant

HOSTILE = "\x1b[31mred\x1b[0m"


@pytest.fixture
def project(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Stacks:
    stacks.write(tenant())
    stacks.write(tenant(server=SERVER.replace("acme", "globex")).replace("id: acme", "id: globex"), "globex")
    stacks.write("config: [", "wrong")
    monkeypatch.chdir(stacks.project.directory)
    return stacks


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=given)


def test_the_first_ctrl_c_is_shown_among_the_running_steps() -> None:
    interruption = Interruption()
    with FleetProgress(interruption, as_json=False) as progress:
        assert progress.notice() == ""
        interruption.count += 1
        assert progress.notice().startswith("Finishing running steps; press Ctrl-C again")


@pytest.mark.usefixtures("project")
def test_the_list_shows_server_and_authority_and_continues_after_an_invalid_file() -> None:
    result = run("list", "--json")
    assert result.exit_code == 0
    acme, globex, wrong = json.loads(result.stdout)
    assert acme == {
        "stack": "acme",
        "tenant": "acme",
        "kind": "keycloak",
        "authority": "https://id.acme.example/realms/acme",
        "problem": "",
    }
    assert globex["authority"] == "https://id.globex.example/realms/globex"
    assert (wrong["kind"], "Pulumi.wrong.yaml:" in wrong["problem"]) == (None, True)
    assert "https://id.acme.example/realms/acme" in run("list", "acme").stdout
    assert [each["stack"] for each in json.loads(run("list", "--select", "g*", "--json").stdout)] == [
        "globex"
    ]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("up", "--all"), "add --yes to apply without a question"),
        (("up", "--all", "--yes", "--waves", "ten"), "use percentages, such as 10,50"),
        (("up", "--all", "--yes", "--max-failures", "-1"), "--max-failures"),
        (("up", "--all", "--yes", "--workers", "0"), "--workers"),
    ],
)
def test_invalid_options_are_rejected_before_the_run(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", ["up", "preview", "refresh", "destroy"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no tenant is selected; name tenants, or use --all or --select"),
        (("unknown",), "there is no stack unknown"),
        (("--select", "x*"), "no tenant's name matches 'x\\*'"),
    ],
)
def test_only_selected_tenants_run(command: str, arguments: tuple[str, ...], message: str) -> None:
    given = ("--yes",) if command == "up" else ()
    with pytest.raises(FlowMcpError, match=message):
        CliRunner().invoke(cli, [command, *arguments, *given], catch_exceptions=False, standalone_mode=False)


@pytest.mark.usefixtures("project")
def test_init_writes_the_file_from_options_and_shows_the_next_steps() -> None:
    settings = [
        word
        for setting in ("url=https://id.new.example", "realm.name=new", "realm.create=true")
        for word in ("--set", setting)
    ]
    result = run("init", "new", "--workspace", "456=production,test", "--server", "keycloak", *settings)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == (
        "stacks/Pulumi.new.yaml was created. Add clients to it, and run\n"
        "  flow-mcp check new\n"
        "  flow-mcp up new\n"
    )
    assert json.loads(run("list", "new", "--json").stdout)[0]["kind"] == "keycloak"


def test_init_without_a_terminal_names_the_missing_option(project: Stacks) -> None:
    for given, missing in (
        ((), "add --workspace"),
        (("--workspace", "1=a"), "add --server"),
        (("--workspace", "1=a", "--server", "auth0"), "add --set domain=…"),
        (("--workspace", "1"), "'1' is not a workspace with environments"),
        (("--workspace", "1=a", "--server", "auth0", "--set", "domain"), "is not of the form KEY=VALUE"),
    ):
        result = run("init", "new", *given)
        assert (result.exit_code, missing in result.stderr) == (2, True), result.stderr
    assert "new" not in project.project.stacks()


@pytest.mark.usefixtures("project")
def test_init_asks_for_missing_settings_until_the_answer_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flow_mcp.cli.init.is_interactive", lambda: True)
    answers = "456\n456=production\nnone\nauth0\nnew.eu.auth0.com\n"
    result = run("init", "new", given=answers)
    assert result.exit_code == 0, result.stderr
    assert "'456' is not a workspace with environments" in result.stderr
    assert "'none' is not one of" in result.stderr
    assert json.loads(run("list", "new", "--json").stdout)[0]["kind"] == "auth0"


OUTCOME = Outcome(
    (
        TenantResult("acme", "unchanged", "unchanged"),
        TenantResult("globex", "updated", "changed", {"create": 2, "replace": 1}, 4.25),
        TenantResult("evil", "failed", "new", {}, 1.0, f"it says {HOSTILE}"),
    ),
    "the run ended",
    ("one more thing",),
)


def test_the_table_omits_unchanged_tenants_and_escapes_messages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(OUTCOME, 125, as_json=False)
    printed = capsys.readouterr()
    assert [line.rstrip() for line in printed.out.splitlines()] == [
        "tenant  result   why                     changes              seconds",
        "globex  updated  its inputs changed      2 create, 1 replace      4.2",
        "evil    failed   not at the backend yet                           1.0",
        "evil: it says \\x1b[31mred\\x1b[0m",
        "3 tenants: 1 failed, 1 unchanged, 1 updated; 2 min",
    ]
    assert printed.err == "flow-mcp: the run ended\nflow-mcp: one more thing\n"


def test_the_summary_for_programs_is_one_line_with_all_tenants(capsys: pytest.CaptureFixture[str]) -> None:
    show(OUTCOME, 12.34, as_json=True)
    summary = json.loads(capsys.readouterr().out)
    assert {key: summary[key] for key in ("event", "exitCode", "seconds", "counts", "refusal", "notes")} == {
        "event": "summary",
        "exitCode": 4,
        "seconds": 12.3,
        "counts": {"failed": 1, "unchanged": 1, "updated": 1},
        "refusal": "the run ended",
        "notes": ["one more thing"],
    }
    assert summary["tenants"][1] == {
        "tenant": "globex",
        "status": "updated",
        "reason": "changed",
        "operations": {"create": 2, "replace": 1},
        "deletions": 1,
        "seconds": 4.25,
        "message": "",
    }


def test_without_a_terminal_each_tenant_that_ends_is_a_line_and_with_json_an_event(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with FleetProgress(Interruption(), as_json=True) as progress:
        progress(Event("phase", "update all", total=2))
        progress(Event("started", "update all", "acme"))
        progress(Event("detail", "1 of 2 changes", "acme"))
        progress(
            Event(
                "ended",
                "update all",
                "acme",
                result=TenantResult("acme", "updated", "changed", {"update": 2}, 3.0),
            )
        )
    printed = capsys.readouterr()
    assert printed.err.startswith("[1 of 2] acme: updated, 2 update (3 s); about ")
    events = [json.loads(line) for line in printed.out.splitlines()]
    assert [each["event"] for each in events] == ["phase", "started", "ended"]
    assert events[0] == {"event": "phase", "phase": "update all", "tenants": 2}
    assert (events[2]["tenant"], events[2]["status"]) == ("acme", "updated")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (99, "99 s"), (100, "2 min"), (5940, "99 min"), (7500, "2 h 5 min")]
)
def test_durations_have_a_suitable_unit(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("answer", "is_confirmed"),
    [("acme\n", True), ("yes\n", False), ("\n", False), ("Acme\n", False), ("*\n", False)],
)
def test_only_the_tenants_name_confirms_its_destruction(answer: str, *, is_confirmed: bool) -> None:
    losses = ("The secrets of agent.", "The realm \x1b[31m.")
    result = TenantResult("acme", "previewed", "unchanged", {"delete": 3}, losses=losses)

    @click.command()
    def ask() -> None:
        click.echo(ask_for_name(result))

    ended = CliRunner().invoke(ask, input=answer)
    assert (ended.exit_code, ended.stdout) == (0, f"{is_confirmed}\n")
    heading, secrets, realm, *_ = ended.stderr.splitlines()
    assert heading == "acme: 3 resources will be deleted. This loses:"
    assert (secrets, "\x1b" in realm) == ("  - The secrets of agent.", False)
