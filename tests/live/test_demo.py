"""Tests of `make demo` and `make demo-down` in a clone."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from flow_mcp.local.keycloak.server import DEFAULT_PORT
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone with this checkout's environment and toolchain; its demo is removed at the end."""
    directory = tmp_path_factory.mktemp("clone") / "project"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, directory], check=True)
    for directory_name in (".venv", ".toolchain"):
        (directory / directory_name).symlink_to(REPOSITORY / directory_name)
    yield directory
    _flow_mcp(directory, "demo", "down")


@pytest.fixture(scope="module")
def first(clone: Path) -> str:
    """Output of the first run, while another program uses the default port."""
    with ExitStack() as held:
        with suppress(OSError):  # another one has it already
            held.enter_context(socket.create_server(("127.0.0.1", DEFAULT_PORT)))
        return _flow_mcp(clone, "demo")


def test_every_call_of_the_demo_is_decided_as_expected(first: str) -> None:
    rows = [[cell.strip() for cell in line.split("│")[1:3]] for line in first.splitlines() if "│ yes" in line]
    assert rows == [
        ["a declared client with its token", "200"],
        ["no token", "401"],
        ["another tenant's token", "401"],
        ["an unregistered client", "401"],
        ["a token for another environment", "401"],
        ["a token without the scope", "403"],
        ["a client without access to this resource", "403"],
        ["a tenant without settings", "401"],
    ]


def test_a_second_run_changes_nothing_and_the_checkout_stays_clean(clone: Path, first: str) -> None:
    assert re.findall(r"^ +(\d+ unchanged|\D \d+ \w+)$", _flow_mcp(clone, "demo"), re.MULTILINE) == [
        line.replace("+ ", "").replace("created", "unchanged")
        for line in re.findall(r"^ +(\+ \d+ created)$", first, re.MULTILINE)
    ]
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""


def test_down_removes_everything(clone: Path, first: str) -> None:
    assert "as expected" in first
    assert _flow_mcp(clone, "demo", "down") == "The demo is removed.\n"
    assert not (clone / ".demo").exists()
    assert _flow_mcp(clone, "demo", "down") == "There is no demo to remove.\n"


def _flow_mcp(directory: Path, *arguments: str) -> str:
    """Return the standard output of the command; its progress is shown only after a failure."""
    ended = subprocess.run(
        [REPOSITORY / ".venv" / "bin" / "flow-mcp", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
