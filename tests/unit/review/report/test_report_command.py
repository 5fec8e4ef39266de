"""`flow-mcp report`: what it writes, says and ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli.report import command
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.review.report.html import to_html
from tests.unit.review.report.showcase import Showcase


@pytest.fixture
def here(showcase: Showcase, monkeypatch: pytest.MonkeyPatch) -> Showcase:
    """The project is the working directory."""
    monkeypatch.chdir(showcase.project.directory)
    return showcase


def report(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_page_and_json_are_written_and_summed_up(here: Showcase) -> None:
    here.declare("acme")
    here.write("globex", "config: [")
    ended = report("--to", "out/r.html", "--json", "r.json", "--as-of", "2026-11-25")
    assert (ended.exit_code, ended.stdout) == (0, "2 tenants, 1 refused, 1 blocked: out/r.html and r.json\n")
    assert Path("out/r.html").read_text("utf-8") == to_html(here.report())
    assert Path("r.json").read_text("utf-8") == here.report().to_json()


def test_tenants_can_be_named(here: Showcase) -> None:
    for stack in ("acme", "globex"):
        here.declare(stack)
    report("globex", "--json", "r.json")
    assert [each["stack"] for each in json.loads(Path("r.json").read_text("utf-8"))["tenants"]] == ["globex"]


def test_the_day_is_todays_unless_told(here: Showcase) -> None:
    here.declare("acme")
    report("--json", "r.json", "--as-of", "2027-01-31")
    assert json.loads(Path("r.json").read_text("utf-8"))["asOf"] == "2027-01-31"
    assert report("--json", "r.json", "--as-of", "tomorrow").exit_code == 2


def test_delivered_settings_are_looked_at(here: Showcase) -> None:
    here.declare("acme")
    Path("settings").mkdir()
    report("--json", "r.json", "--settings", "settings")
    (tenant,) = json.loads(Path("r.json").read_text("utf-8"))["tenants"]
    assert tenant["delivered"]["reading"] == "missing"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "--to is missing. Name the HTML file to write."),
        (("--to", "r.html", "--settings", "nowhere"), "'nowhere' does not exist"),
    ],
)
def test_what_cannot_be_run_is_said(here: Showcase, arguments: tuple[str, ...], says: str) -> None:
    here.declare("acme")
    ended = report(*arguments)
    assert (ended.exit_code, says in ended.stderr) == (2, True)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("arguments", [("--to", "r.html"), ("nobody", "--to", "r.html")])
def test_without_tenants_nothing_is_written(arguments: tuple[str, ...]) -> None:
    with pytest.raises(FlowMcpError) as raised:
        report(*arguments)
    assert (raised.value.exit_code, Path("r.html").exists()) == (2, False)


def test_without_pulumi_nothing_can_be_asked_of_it(here: Showcase, monkeypatch: pytest.MonkeyPatch) -> None:
    here.declare("acme")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FlowMcpError, match="there is no pulumi on PATH") as raised:
        report("--to", "r.html", "--live")
    assert (raised.value.exit_code, Path("r.html").exists()) == (2, False)
