"""Pulumi, its plugins and the package of the project."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from flow_mcp.engine.toolchain.programs import OLDEST_PULUMI, dotted
from flow_mcp.operations.doctor import programs
from flow_mcp.operations.doctor.finding import Finding
from tests.unit.declared import Stacks
from tests.unit.operations.doctor.conftest import program


@pytest.mark.parametrize(
    ("number", "status"), [(dotted(OLDEST_PULUMI), "ok"), ("3.300.1", "ok"), ("3.1.0", "problem")]
)
def test_pulumi_must_be_new_enough(stacks: Stacks, tmp_path: Path, number: str, status: str) -> None:
    program(tmp_path / "bin", "pulumi", f"v{number}")
    program(tmp_path / "bin", "pulumi-language-python", "")
    pulumi, host = programs.engine(stacks.project)
    assert (pulumi.status, host.status) == (status, "ok")
    assert number in pulumi.message


def test_pulumi_of_the_projects_toolchain_is_found_and_a_missing_host_is_a_problem(stacks: Stacks) -> None:
    found = program(stacks.project.directory / ".toolchain" / "bin", "pulumi", "v3.276.0")
    assert list(programs.engine(stacks.project)) == [
        Finding("Pulumi", "ok", f"3.276.0, {found}"),
        Finding(
            "Python language host",
            "problem",
            "pulumi-language-python is not installed",
            "Run `flow-mcp toolchain`.",
        ),
    ]


def test_without_pulumi_there_is_one_problem(stacks: Stacks) -> None:
    (found,) = programs.engine(stacks.project)
    assert (found.status, found.remedy) == ("problem", "Run `flow-mcp toolchain`.")


def test_plugins_are_those_of_the_declared_kinds(stacks: Stacks, tmp_path: Path) -> None:
    program(tmp_path / "bin", "pulumi-resource-keycloak", "")
    (tmp_path / "pulumi-home" / "plugins" / "resource-auth0-v3.99.0").mkdir(parents=True)
    (tmp_path / "pulumi-home" / "plugins" / "resource-azuread-v6.0.0").mkdir()
    kinds = ("keycloak", "auth0", "entra", "flow-entra", "external", "scalekit")
    found = {each.subject: each.status for each in programs.plugins(stacks.project, kinds)}
    assert found == {"plugin auth0": "ok", "plugin azuread": "warning", "plugin keycloak": "ok"}
    assert list(programs.plugins(stacks.project, ("external", "scalekit"))) == []


def test_a_plugin_that_pulumi_may_not_download_is_a_problem(
    stacks: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    partly = tmp_path / "pulumi-home" / "plugins" / "resource-keycloak-v99.0.0"
    partly.mkdir(parents=True)
    partly.with_name(f"{partly.name}.partial").touch()
    (found,) = programs.plugins(stacks.project, ("keycloak",))
    assert (found.status, "Run `flow-mcp toolchain`, or" in found.remedy) == ("problem", True)


@pytest.mark.parametrize(
    ("pin", "python", "expected"),
    [
        (None, None, [("flow-mcp", "ok"), (".venv", "problem")]),
        (
            "flow-mcp[deploy]==99.0.0",
            "99.0.0",
            [("flow-mcp", "ok"), ("requirements.txt", "warning"), (".venv", "warning")],
        ),
        (
            "flow-mcp[deploy] == {running} ; python_version > '3'",
            "{running}",
            [("flow-mcp", "ok"), (".venv", "ok")],
        ),
        ("flow-mcp[deploy]>=0.1", "", [("flow-mcp", "ok"), (".venv", "warning")]),
    ],
)
def test_the_package_of_the_project_is_compared_with_the_one_that_runs(
    stacks: Stacks, pin: str | None, python: str | None, expected: list[tuple[str, str]]
) -> None:
    running = version("flow-mcp")
    directory = stacks.project.directory
    if pin:
        text = f"# what the project needs\n{pin.format(running=running)}\n"
        (directory / "requirements.txt").write_text(text, encoding="utf-8")
    if python is not None:
        program(directory / ".venv" / "bin", "python", python.format(running=running))
    found = list(programs.package(stacks.project))
    assert [(each.subject, each.status) for each in found] == expected
    assert [each.subject for each in found if each.status != "ok" and not each.remedy] == []


def test_an_environment_without_the_package_is_a_problem(stacks: Stacks) -> None:
    python = program(stacks.project.directory / ".venv" / "bin", "python", "")
    python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    *_, found = programs.package(stacks.project)
    assert (found.status, found.message) == ("problem", "flow-mcp is not installed in .venv")
