"""The project's directory and the files of its stacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.engine.project import NoProjectError, Project
from tests.unit.declared import Stacks


def test_the_project_is_found_from_a_subdirectory(stacks: Stacks) -> None:
    below = stacks.project.directory / "stacks" / "deeper"
    below.mkdir()
    assert Project.find(below) == stacks.project
    assert Project.find(stacks.project.directory) == stacks.project


def test_a_directory_named_pulumi_yaml_is_ignored(stacks: Stacks) -> None:
    below = stacks.project.directory / "stacks"
    (below / "Pulumi.yaml").mkdir()
    assert Project.find(below) == stacks.project


def test_a_missing_project_is_reported(tmp_path: Path) -> None:
    with pytest.raises(NoProjectError, match=r"^no Pulumi\.yaml in .* or its parent directories; "):
        Project.find(Path(tmp_path.anchor))


def test_stacks_are_found_by_their_files_and_sorted(stacks: Stacks) -> None:
    for name in ("b", "a", "a.b"):
        stacks.write("", name)
    for name in ("Pulumi.yaml", "Pulumi.c.yml", "Pulumi.d.json", "acme.yaml", "__main__.py"):
        (stacks.project.directory / "stacks" / name).touch()
    assert stacks.project.stacks() == ("a", "a.b", "b")


def test_the_files_of_several_stacks_keep_the_requested_order(stacks: Stacks) -> None:
    written = {name: stacks.write("", name) for name in ("a", "b", "c")}
    assert list(stacks.project.stack_files(["c", "a", "c"]).items()) == [
        ("c", written["c"]),
        ("a", written["a"]),
    ]
    assert stacks.project.stack_file("b") == written["b"]


def test_a_missing_stack_is_reported_with_some_of_the_existing_ones(stacks: Stacks) -> None:
    for number in range(30):
        stacks.write("", f"t{number:02}")
    with pytest.raises(NoProjectError) as missing:
        stacks.project.stack_files(["t01", "nobody"])
    some = ", ".join(f"t{number:02}" for number in range(20))
    file = stacks.project.directory / "stacks" / "Pulumi.nobody.yaml"
    assert str(missing.value) == f"there is no stack nobody: {file} is missing. Known stacks: {some}, \u2026."
