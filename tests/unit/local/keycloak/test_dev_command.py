"""Tests of `flow-mcp dev` with fake programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli
from flow_mcp.local.keycloak import distribution
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.unit.local.keycloak.fakes import Machine, wait_until

_FLOW_MCP = Path(sys.executable).with_name("flow-mcp")


@pytest.fixture
def state(tmp_path: Path, machine: Machine) -> Iterator[Path]:
    """A state directory on the machine with fake programs and an installed distribution."""
    # Not by the command, whose process would compare the checksum of the real archive.
    distribution.install(distribution.from_maven, machine.programs / "java", lambda _: None)
    directory = tmp_path / "state"
    yield directory
    LocalKeycloak(directory).stop(purge=True)


def _dev(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["dev", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_start_status_and_stop_print_the_state(state: Path) -> None:
    code, out, _ = _dev("start", "--port", "0", "--state", state)
    url = LocalKeycloak(state).url
    assert code == 0
    assert out.splitlines()[0].startswith(f"Keycloak 26.7.4 is ready on {url} after ")
    assert out.splitlines()[1:] == [
        f"Its administrator is admin, with the password in {state / 'admin-password'}."
    ]
    assert _dev("start", "--state", state)[:2] == (0, f"Keycloak 26.7.4 already runs on {url}.\n")
    assert _dev("status", "--state", state)[0] == 0
    assert _dev("stop", "--state", state)[:2] == (0, "Keycloak is stopped.\n")
    assert _dev("status", "--state", state) == (3, "Keycloak is not running.\n", "")
    assert _dev("stop", "--state", state) == (0, "Keycloak was not running.\n", "")


def test_status_as_json_has_everything_but_the_password(state: Path) -> None:
    code, out, _ = _dev("start", "--port", "0", "--state", state, "--json")
    running = json.loads(out)
    assert (code, running) == (
        0,
        {
            "running": True,
            "url": LocalKeycloak(state).url,
            "adminUser": "admin",
            "passwordFile": str(state / "admin-password"),
            "log": str(state / "keycloak.log"),
            "pid": running["pid"],
        },
    )
    assert _dev("status", "--state", state, "--json") == (0, out, "")
    _dev("stop", "--state", state)
    code, out, _ = _dev("status", "--state", state, "--json")
    assert (code, json.loads(out)) == (3, running | {"running": False, "pid": None})


def test_ctrl_c_during_the_start_stops_the_server(state: Path) -> None:
    state.mkdir()
    (state / "behaviour").write_text("is silent")
    start = subprocess.Popen(
        [_FLOW_MCP, "dev", "start", "--port", "0", "--state", state],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = state / "keycloak.log"
    wait_until(lambda: log.exists() and "waiting" in log.read_text())
    server = LocalKeycloak(state).status().pid
    assert server is not None
    os.kill(start.pid, signal.SIGINT)
    _, output = start.communicate()
    assert start.returncode == 130
    assert output.splitlines()[-1] == "flow-mcp: interrupted"
    assert "Traceback" not in output
    assert not Path(f"/proc/{server}").exists()
    assert _dev("status", "--state", state)[0] == 3


def test_an_expected_error_is_one_message(state: Path) -> None:
    trust = str(state / "absent.pem")
    command = [str(_FLOW_MCP), "dev", "start", "--port", "0", "--state", str(state), "--trust", trust]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"flow-mcp: {state / 'absent.pem'} cannot be read")
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("machine")
def test_the_default_state_directory_is_in_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "project" / "docs").mkdir(parents=True)
    (tmp_path / "project" / "Pulumi.yaml").touch()
    monkeypatch.chdir(tmp_path / "project" / "docs")
    expected = tmp_path / "project" / ".demo" / "keycloak" / "keycloak.log"
    assert json.loads(_dev("status", "--json")[1])["log"] == str(expected)


@pytest.mark.parametrize("command", ["start", "stop", "status"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    code, out, _ = _dev(command, "--help")
    assert code == 0
    assert f"Examples: flow-mcp dev {command}" in " ".join(out.split())
