"""A fingerprint changes with everything that decides what an update makes, and with nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.project import Project
from tests.conftest import REPOSITORY
from tests.unit.declared import Stacks, tenant


@pytest.fixture
def project(stacks: Stacks) -> Project:
    """A project with a program, a package and policies."""
    for name in ("stacks/__main__.py", "components/flow_mcp/declaration/load.py"):
        file = stacks.project.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    stacks.write(tenant())
    return stacks.project


def fingerprint(project: Project, engine: str = "v3.256.0") -> str:
    return Inputs.of(project, engine).fingerprint(project.stack_file("acme"))


def write(name: str, text: str = "changed") -> Callable[[Project], None]:
    def change(project: Project) -> None:
        file = project.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return change


def test_the_same_inputs_have_the_same_fingerprint(project: Project) -> None:
    first = fingerprint(project)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", first)
    assert fingerprint(project) == first


@pytest.mark.parametrize(
    "name",
    [
        "Pulumi.yaml",
        "stacks/__main__.py",
        "stacks/another.py",
        "stacks/Pulumi.acme.yaml",
        "stacks/deeper/Pulumi.yaml",
        "components/__main__.py",
        "components/flow_mcp/declaration/load.py",
        "components/flow_mcp/declaration/new.py",
        "policies/rules/__init__.py",
        "policies/configuration.json",
    ],
)
def test_a_changed_or_added_file_that_decides_changes_the_fingerprint(project: Project, name: str) -> None:
    before = fingerprint(project)
    write(name)(project)
    assert fingerprint(project) != before


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "stacks/Pulumi.globex.yaml",
        "stacks/__pycache__/__main__.cpython-311.pyc",
        "components/flow_mcp/cli/up.py",
        "components/flow_mcp/runtime/decide.py",
    ],
)
def test_a_file_that_decides_nothing_of_the_tenant_leaves_the_fingerprint(
    project: Project, name: str
) -> None:
    before = fingerprint(project)
    write(name)(project)
    assert fingerprint(project) == before


def test_a_renamed_policy_changes_the_fingerprint(project: Project) -> None:
    write("policies/rules/one.py", "same")(project)
    before = fingerprint(project)
    (project.policies / "rules" / "one.py").rename(project.policies / "rules" / "two.py")
    assert fingerprint(project) != before


def test_the_salt_that_pulumi_writes_into_a_new_stacks_file_leaves_the_fingerprint(project: Project) -> None:
    before = fingerprint(project)
    file = project.stack_file("acme")
    file.write_text(file.read_text("utf-8") + "encryptionsalt: v1:abc=:v1:def:ghi==\n", "utf-8")
    assert fingerprint(project) == before


def test_another_engine_changes_the_fingerprint(project: Project) -> None:
    assert fingerprint(project, "v3.257.0") != fingerprint(project)


def test_another_version_of_a_provider_changes_the_fingerprint(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(project)
    from importlib import metadata

    version = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: "9.9.9" if name == "pulumi-keycloak" else version(name)
    )
    assert fingerprint(project) != before


def test_a_plugin_on_the_path_counts_by_its_content_and_one_that_pulumi_ignores_does_not(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "bin" / "pulumi-resource-keycloak"
    plugin.parent.mkdir()
    monkeypatch.setenv("PATH", str(plugin.parent))
    monkeypatch.delenv("PULUMI_IGNORE_AMBIENT_PLUGINS", raising=False)
    without = fingerprint(project)
    plugin.write_text("one", "utf-8")
    plugin.chmod(0o755)
    one = fingerprint(project)
    plugin.write_text("two", "utf-8")
    assert len({without, one, fingerprint(project)}) == 3
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "true")
    assert fingerprint(project) == without


def test_this_projects_versions_are_those_of_the_libraries_that_it_deploys_with() -> None:
    names = {name for name in Inputs.of(Project(REPOSITORY), "v3").digests if name.startswith("package ")}
    assert {
        *("package flow-mcp", "package pulumi", "package pulumi-keycloak", "package pulumi-auth0"),
        *("package pulumi-azuread", "package pulumi-policy", "package pydantic"),
    } <= names
    assert "package pytest" not in names
