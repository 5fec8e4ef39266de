"""Projects for which Pulumi starts its own language hosts."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import pytest

from flow_mcp.engine.project import Project
from flow_mcp.engine.python_host.hosts import PythonHosts
from tests.unit.engine.python_host.conftest import PROJECT


@pytest.mark.parametrize(
    "change",
    [
        {"Pulumi.yaml": "name: x\nruntime: python\n"},
        {"Pulumi.yaml": "name: x\nruntime: {name: nodejs}\n"},
        {"Pulumi.yaml": "name: x\nruntime: {name: python, options: {virtualenv: other}}\n"},
        {"Pulumi.yaml": PROJECT.replace("pip", "uv")},
        {"Pulumi.yaml": PROJECT.replace("[{name: flow-mcp, path: plugin}]", "[flow-mcp]")},
        {"Pulumi.yaml": PROJECT.replace("[{name: flow-mcp, path: plugin}]", "flow-mcp")},
        {"plugin/PulumiPlugin.yaml": "runtime: {name: python, options: {virtualenv: other}}\n"},
        {"policies/PulumiPolicy.yaml": "runtime: {name: nodejs}\n"},
        {"policies/PulumiPolicy.yaml": "runtime: {name: python, options: pip}\n"},
        {"policies/PulumiPolicy.yaml": "runtime: [\n"},
        {"plugin/flow_mcp/__init__.py": ""},
    ],
)
def test_a_project_with_other_python_than_this_one_gets_pulumis_own_language_host(
    project: Project, change: Mapping[str, str]
) -> None:
    for name, text in change.items():
        file = project.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("VENV", sys.prefix), "utf-8")
    environment = {"PATH": str(project.directory)}
    with PythonHosts.of(project, (), environment, print) as hosts:
        assert hosts is None


def test_a_user_who_attaches_pulumi_to_own_language_hosts_keeps_them(project: Project) -> None:
    environment = {"PATH": str(project.directory), "PULUMI_DEBUG_LANGUAGES": "python:1234"}
    with PythonHosts.of(project, (), environment, print) as hosts:
        assert hosts is None


def test_without_the_script_of_pulumis_sdk_pulumi_starts_its_own_language_host(project: Project) -> None:
    with PythonHosts.of(project, (), {"PATH": str(project.directory / "empty")}, print) as hosts:
        assert hosts is None
