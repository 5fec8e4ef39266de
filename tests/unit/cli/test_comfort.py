"""Colours, widths in pipes, and timings."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

MAIN = "from flow_mcp.cli import main; main()"
LONG = "a-tenant-with-a-name-that-is-as-long-as-names-may-be-for-a-test"
SECRET = "s3cr3t-of-the-environment"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a tenant whose row is wider than 80 columns."""
    (tmp_path / "Pulumi.yaml").write_text((REPOSITORY / "Pulumi.yaml").read_text("utf-8"), encoding="utf-8")
    (tmp_path / "policies").symlink_to(REPOSITORY / "policies")
    sample = (REPOSITORY / "stacks" / "Pulumi.globex.yaml").read_text("utf-8")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / f"Pulumi.{LONG}.yaml").write_text(sample, encoding="utf-8")
    return tmp_path


def run(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command with pipes for its outputs, as in a pipeline."""
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        cwd=project,
        env={**kept, "KEYCLOAK_PASSWORD": SECRET, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_row_stays_in_one_line_in_a_pipe(project: Path) -> None:
    heading, row = run(project, "list").stdout.splitlines()
    assert heading.split() == ["stack", "tenant", "server", "authority"]
    assert row.split()[0] == LONG


def test_columns_sets_another_width(project: Path) -> None:
    printed = run(project, "list", COLUMNS="60").stdout
    assert max(map(len, printed.splitlines())) <= 60


def test_a_narrow_table_breaks_its_cells_and_cuts_none(project: Path) -> None:
    printed = run(project, "list", COLUMNS="60").stdout
    assert "…" not in printed
    first_column = "".join(line.split(" ")[0] for line in printed.splitlines()[1:])
    assert first_column == LONG


@pytest.mark.parametrize("arguments", [("list",), ("check",), ("--help",)])
def test_nothing_is_coloured_in_a_pipe(project: Path, arguments: tuple[str, ...]) -> None:
    ended = run(project, *arguments)
    assert ended.returncode == 0
    assert "\x1b[" not in ended.stdout + ended.stderr


def in_terminal(project: Path, *arguments: str, **environment: str) -> str:
    """Run the command in a terminal, and return what it prints."""
    own, other = pty.openpty()
    with os.fdopen(own, "rb", buffering=0) as terminal:
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        process = subprocess.Popen(
            [sys.executable, "-c", MAIN, *arguments],
            cwd=project,
            env={**kept, "TERM": "xterm-256color", **environment},
            stdin=other,
            stdout=other,
            stderr=other,
        )
        os.close(other)
        printed = b""
        with suppress(OSError):  # the terminal ends with the process
            while content := terminal.read(4096):
                printed += content
        process.wait()
    return printed.decode()


def test_colours_in_a_terminal_are_turned_off_by_no_color(project: Path) -> None:
    file = project / "stacks" / f"Pulumi.{LONG}.yaml"
    file.write_text(file.read_text("utf-8").replace("access:", "acess:"), encoding="utf-8")
    colour = re.compile(r"\x1b\[(?:3|4|9)[0-9]m")
    assert colour.search(in_terminal(project, "check"))
    plain = in_terminal(project, "check", NO_COLOR="1")
    assert "acess" in plain
    assert not colour.search(plain)


def test_verbose_prints_the_time_of_the_command_and_no_secret(project: Path) -> None:
    ended = run(project, "--verbose", "check")
    assert ended.stdout == run(project, "check").stdout
    assert re.fullmatch(r"flow-mcp check: \d+\.\d s\n", ended.stderr)
    assert SECRET not in ended.stdout + ended.stderr


def test_verbose_prints_the_time_of_each_step(project: Path) -> None:
    ended = run(project, "--verbose", "status", PULUMI_BACKEND_URL=project.as_uri())
    timed = re.findall(r"^(.+): \d+\.\d s$", ended.stderr, re.MULTILINE)
    assert timed[-1] == "flow-mcp status"
    assert len(timed) > 1
    assert SECRET not in ended.stdout + ended.stderr
