"""Lists of stacks from the files of a backend, which Pulumi need not read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.engine.listed_stacks import ListedStack, listed_in_files
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks

WRITTEN = "2026-11-30T21:04:05.678912345+01:00"
UPDATED = ListedStack("2026-11-30T20:04:05.678Z", 2, False)
EMPTY = ListedStack(None, 0, False)


def state(time: str, resources: object, version: int = 3) -> str:
    latest = {"manifest": {"time": time, "magic": "", "version": ""}, "resources": resources}
    return json.dumps({"version": version, "checkpoint": {"stack": "acme", "latest": latest}})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the states of `acme`, which was updated, and `new`, which was not."""
    (tmp_path / "Pulumi.yaml").write_text("name: flow-mcp\nruntime: python\n", "utf-8")
    states = tmp_path / "state" / ".pulumi" / "stacks" / "flow-mcp"
    states.mkdir(parents=True)
    (tmp_path / "state" / ".pulumi" / "meta.yaml").write_text("version: 1\n", "utf-8")
    (states / "acme.json").write_text(state(WRITTEN, [{"urn": "a", "outputs": {}}, {"urn": "b"}]), "utf-8")
    (states / "new.json").write_text(json.dumps({"version": 3, "checkpoint": {"stack": "new"}}), "utf-8")
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path / 'state'}")
    return Project(tmp_path)


def add(project: Project, name: str, content: str) -> None:
    (project.directory / "state" / ".pulumi" / name).write_text(content, "utf-8")


def test_stacks_are_listed_without_pulumi(project: Project) -> None:
    stacks = Stacks(project, Path("/no/pulumi"))
    assert stacks.list_stacks() == {"acme": UPDATED, "new": EMPTY}
    assert (stacks.listed_stack("acme"), stacks.listed_stack("missing")) == (UPDATED, None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (state("0001-01-01T00:00:00Z", None), EMPTY),
        (state("2026-11-30T20:04:05Z", []), ListedStack("2026-11-30T20:04:05.000Z", 0, False)),
        (state(WRITTEN, [{}, {}], version=4), UPDATED),
    ],
    ids=["never updated", "destroyed", "with features"],
)
def test_each_kind_of_state_is_listed(project: Project, content: str, expected: ListedStack) -> None:
    add(project, "stacks/flow-mcp/other.json", content)
    assert listed_in_files(project, {"other"}) == {"other": expected}


@pytest.mark.parametrize(
    "name",
    ["acme.json.bak", "acme.json.attrs", "acme.pulumi-tags", "fileblob123", "no stack.json", "../acme.json"],
)
def test_files_that_are_no_states_are_not_listed(project: Project, name: str) -> None:
    add(project, f"stacks/flow-mcp/{name}", "no state")
    assert listed_in_files(project) == {"acme": UPDATED, "new": EMPTY}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("meta.yaml", "version: 0\n"),
        ("meta.yaml", "version: 1\nlayout: other\n"),
        ("stacks/flow-mcp/acme.json.attrs", ""),
        ("stacks/flow-mcp/other.json.gz", "compressed"),
        ("stacks/flow-mcp/other.yaml", "version: 3\n"),
        ("stacks/flow-mcp/other.json", state(WRITTEN, [])[:-1]),
        ("stacks/flow-mcp/other.json", state(WRITTEN, [], version=5)),
        ("stacks/flow-mcp/other.json", state(WRITTEN, [1])),
        ("stacks/flow-mcp/other.json", state("yesterday", [])),
        ("../../Pulumi.yaml", "name: other\nruntime: python\n"),
        ("../../Pulumi.yaml", "name: [\n"),
    ],
)
def test_pulumi_lists_the_stacks_if_a_file_is_not_as_expected(
    project: Project, name: str, content: str
) -> None:
    add(project, name, content)
    assert listed_in_files(project) is None


@pytest.mark.parametrize(
    "url", [None, "file://~", "file://state", "file:///a?no_tmp_dir=false", "file:///a%20b", "s3://states"]
)
def test_pulumi_lists_the_stacks_of_other_backends(
    project: Project, url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if url is None:
        monkeypatch.delenv("PULUMI_BACKEND_URL")
    else:
        monkeypatch.setenv("PULUMI_BACKEND_URL", url)
    assert listed_in_files(project) is None
    program = tmp_path / "pulumi"
    listed: list[dict[str, Any]] = [
        {"name": "acme", "lastUpdate": "2026-11-30T20:04:05.678Z", "resourceCount": 2}
    ]
    program.write_text(f"#!/bin/sh\necho '{json.dumps(listed)}'\n", "utf-8")
    program.chmod(0o755)
    assert Stacks(project, program).list_stacks() == {"acme": UPDATED}
