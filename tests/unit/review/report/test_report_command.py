"""`flow-mcp report`: its files, output and exit codes."""

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
def project(showcase: Showcase, monkeypatch: pytest.MonkeyPatch) -> Showcase:
    """Return the project, which is the working directory."""
    monkeypatch.chdir(showcase.project.directory)
    return showcase


def report(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_page_and_json_are_written_with_a_summary(project: Showcase) -> None:
    project.declare("acme")
    project.write("globex", "config: [")
    result = report("--to", "out/r.html", "--json", "r.json", "--as-of", "2026-11-25")
    assert (result.exit_code, result.stdout) == (
        0,
        "2 tenants, 1 refused, 1 blocked: out/r.html and r.json\n",
    )
    assert Path("out/r.html").read_text("utf-8") == to_html(project.report())
    assert Path("r.json").read_text("utf-8") == project.report().to_json()


def test_tenants_can_be_selected(project: Showcase) -> None:
    for stack in ("acme", "globex"):
        project.declare(stack)
    report("globex", "--json", "r.json")
    assert [tenant["stack"] for tenant in json.loads(Path("r.json").read_text("utf-8"))["tenants"]] == [
        "globex"
    ]


def test_the_day_can_be_given(project: Showcase) -> None:
    project.declare("acme")
    report("--json", "r.json", "--as-of", "2027-01-31")
    assert json.loads(Path("r.json").read_text("utf-8"))["asOf"] == "2027-01-31"
    assert report("--json", "r.json", "--as-of", "tomorrow").exit_code == 2


def test_delivered_settings_are_read(project: Showcase) -> None:
    project.declare("acme")
    Path("settings").mkdir()
    report("--json", "r.json", "--settings", "settings")
    (tenant,) = json.loads(Path("r.json").read_text("utf-8"))["tenants"]
    assert tenant["delivered"]["reading"] == "missing"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--to is missing. Name the HTML file to write."),
        (("--to", "r.html", "--settings", "nowhere"), "'nowhere' does not exist"),
    ],
)
def test_invalid_arguments_are_an_error(project: Showcase, arguments: tuple[str, ...], message: str) -> None:
    project.declare("acme")
    result = report(*arguments)
    assert (result.exit_code, message in result.stderr) == (2, True)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("arguments", [("--to", "r.html"), ("nobody", "--to", "r.html")])
def test_without_tenants_nothing_is_written(arguments: tuple[str, ...]) -> None:
    with pytest.raises(FlowMcpError) as raised:
        report(*arguments)
    assert (raised.value.exit_code, Path("r.html").exists()) == (2, False)


def test_live_values_need_pulumi(project: Showcase, monkeypatch: pytest.MonkeyPatch) -> None:
    project.declare("acme")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FlowMcpError, match="no pulumi on PATH or in") as raised:
        report("--to", "r.html", "--live")
    assert (raised.value.exit_code, Path("r.html").exists()) == (2, False)
