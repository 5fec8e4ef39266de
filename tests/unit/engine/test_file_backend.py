"""Repair of a directory as a backend after a kill, with a stand-in for the `pulumi` command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flow_mcp.engine.file_backend import repair
from flow_mcp.engine.fleet.records import Record, Records, _state
from flow_mcp.engine.stacks import StackError, Stacks
from tests.unit.declared import Stacks as Declared

RECORD = Record(fingerprint="sha256:1", updated="2026-11-30T10:00:00.000Z", resources=9)
# Fails as Pulumi 3.276 does while a file of attributes is empty.
PULUMI = """#!/bin/sh
case "$*" in
  *whoami*) echo '{"user": "jane", "url": "URL"}'; exit ;;
esac
if [ -n "$(find STATES -name '*.attrs' -empty)" ]; then echo "error: EOF" >&2; exit 1; fi
case "$*" in
  *ls*) echo '[{"name": "acme", "resourceCount": 9}]' ;;
  *export*) echo 'RECORDS' ;;
esac
"""


@pytest.fixture
def states(tmp_path: Path) -> Path:
    """The states of a backend; the attributes of one were being written when Pulumi was killed."""
    states = tmp_path / "the state" / ".pulumi" / "stacks" / "flow-mcp"
    states.mkdir(parents=True)
    (states / "acme.json").write_text("{}", "utf-8")
    (states / "acme.json.attrs").touch()
    (states / "b.json.attrs").write_text("{}", "utf-8")
    return states


def pulumi(directory: Path, url: str) -> Path:
    program = directory / "pulumi"
    text = PULUMI.replace("STATES", f"'{directory / 'the state'}'").replace("URL", url)
    text = text.replace("RECORDS", json.dumps(_state({"acme": RECORD}, "flow-mcp", "flow-mcp-fleet")))
    program.write_text(text, "utf-8")
    program.chmod(0o755)
    return program


def test_stacks_are_listed_although_pulumi_was_killed_while_it_wrote_the_attributes_of_one(
    stacks: Declared, states: Path, tmp_path: Path
) -> None:
    url = (tmp_path / "the state").as_uri()
    listed = Stacks(stacks.project, pulumi(tmp_path, f"{url}?metadata=skip")).list_stacks()
    assert listed["acme"].resources == 9
    assert sorted(file.name for file in states.iterdir()) == ["acme.json", "b.json.attrs"]


def test_the_records_of_tenants_are_read_too(stacks: Declared, states: Path, tmp_path: Path) -> None:
    program = pulumi(tmp_path, (tmp_path / "the state").as_uri())
    assert Records(Stacks(stacks.project, program), "flow-mcp-fleet").read() == {"acme": RECORD}
    assert not (states / "acme.json.attrs").exists()


@pytest.mark.parametrize("url", ["postgres://127.0.0.1/pulumi", "file:///somewhere/else"])
def test_another_backend_that_reports_an_end_of_file_is_reported_as_before(
    stacks: Declared, states: Path, tmp_path: Path, url: str
) -> None:
    with pytest.raises(StackError, match="`pulumi stack ls --json` failed: error: EOF"):
        Stacks(stacks.project, pulumi(tmp_path, url)).list_stacks()
    assert (states / "acme.json.attrs").exists()


@pytest.mark.parametrize("url", ["file://the state", "file://~/the%20state", "file://./the%20state"])
def test_the_directory_is_that_of_pulumi(
    states: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert repair(url, tmp_path)
    assert not (states / "acme.json.attrs").exists()
