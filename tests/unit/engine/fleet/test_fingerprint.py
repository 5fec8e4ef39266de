"""A fingerprint changes with each input that can change the result of an update, and with no other file."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from flow_mcp.engine.fleet import fingerprint as module
from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.project import Project
from flow_mcp.local.new_project.create import create
from flow_mcp.local.new_project.first_tenant import FirstTenant
from tests.conftest import REPOSITORY
from tests.unit.declared import Stacks, tenant

PLUGIN = "plugins: {providers: [{name: flow-mcp, path: components}]}\n"


@pytest.fixture
def package(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for the installed package."""
    package = tmp_path_factory.mktemp("site-packages") / "flow_mcp"
    (package / "declaration").mkdir(parents=True)
    (package / "declaration" / "load.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(module, "_PACKAGE", package)
    return package


@pytest.fixture
def project(stacks: Stacks, package: Path) -> Project:
    """A checkout: a program, the plugin with the package, and policies."""
    assert package
    for name in ("stacks/__main__.py", "components/flow_mcp/declaration/load.py"):
        file = stacks.project.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("", encoding="utf-8")
    text = stacks.project.file.read_text("utf-8")
    stacks.project.file.write_text(text + PLUGIN, encoding="utf-8")
    stacks.write(tenant())
    return stacks.project


@pytest.fixture
def own_project(tmp_path: Path, package: Path) -> Project:
    """A project of `flow-mcp new`, whose program and plugin are in the package."""
    assert package
    create(tmp_path / "own", FirstTenant(), None)
    return Project(tmp_path / "own")


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
        "stacks/applications.yaml",
        "stacks/deeper/Pulumi.yaml",
        "components/__main__.py",
        "components/flow_mcp/declaration/load.py",
        "components/flow_mcp/declaration/new.py",
        "policies/rules/__init__.py",
        "policies/configuration.json",
    ],
)
def test_a_changed_or_added_input_changes_the_fingerprint(project: Project, name: str) -> None:
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
def test_other_files_do_not_change_the_fingerprint(project: Project, name: str) -> None:
    before = fingerprint(project)
    write(name)(project)
    assert fingerprint(project) == before


def test_a_renamed_policy_changes_the_fingerprint(project: Project) -> None:
    write("policies/rules/one.py", "same")(project)
    before = fingerprint(project)
    (project.policies / "rules" / "one.py").rename(project.policies / "rules" / "two.py")
    assert fingerprint(project) != before


def test_the_salt_of_a_new_stack_does_not_change_the_fingerprint(project: Project) -> None:
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
    version = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: "9.9.9" if name == "pulumi-keycloak" else version(name)
    )
    assert fingerprint(project) != before


def test_the_content_of_a_plugin_on_the_path_counts_unless_pulumi_ignores_it(
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


def test_the_versions_are_those_of_the_libraries_of_a_deployment() -> None:
    names = {name for name in Inputs.of(Project(REPOSITORY), "v3").digests if name.startswith("package ")}
    assert {
        *("package flow-mcp", "package pulumi", "package pulumi-keycloak", "package pulumi-auth0"),
        *("package pulumi-azuread", "package pulumi-policy", "package pydantic"),
    } <= names
    assert "package pytest" not in names


@pytest.mark.parametrize(
    "name",
    [
        "Pulumi.yaml",
        "stacks/Pulumi.acme.yaml",
        "stacks/__main__.py",
        "stacks/applications.yaml",
        "policies/__main__.py",
        "policies/configuration.json",
        "policies/rules/few_clients.py",
    ],
)
def test_an_input_of_a_new_project_changes_its_fingerprint(own_project: Project, name: str) -> None:
    before = fingerprint(own_project)
    file = own_project.directory / name
    file.write_text(f"{file.read_text('utf-8') if file.exists() else ''}\n", encoding="utf-8")
    assert fingerprint(own_project) != before


def test_the_plugin_of_a_project_of_an_earlier_version_changes_its_fingerprint(own_project: Project) -> None:
    settings = own_project.file.read_text("utf-8")
    former = settings.replace("path: .venv/share/flow-mcp", "path: plugin")
    assert former != settings
    own_project.file.write_text(former, encoding="utf-8")
    before = fingerprint(own_project)
    write("plugin/__main__.py")(own_project)
    assert fingerprint(own_project) != before


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "requirements.txt", "schemas/stack.schema.json", ".gitignore"),
        # The same package at another place of the machine.
        ".venv/bin/pulumi-resource-flow-mcp",
        ".venv/share/flow-mcp/__main__.py",
    ],
)
def test_other_files_of_a_new_project_do_not_change_its_fingerprint(own_project: Project, name: str) -> None:
    before = fingerprint(own_project)
    write(name)(own_project)
    assert fingerprint(own_project) == before


def test_another_version_of_the_package_changes_the_fingerprint_of_a_new_project(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(own_project)
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "9.9.9" if name == "flow-mcp" else version(name))
    assert fingerprint(own_project) != before


@pytest.mark.parametrize(
    ("name", "counts"),
    [("declaration/load.py", True), ("review/policy/rules/new.py", True), ("cli/up.py", False)],
)
def test_a_changed_file_of_the_installed_package_counts_if_a_deployment_imports_it(
    own_project: Project, package: Path, name: str, *, counts: bool
) -> None:
    before = fingerprint(own_project)
    (package / name).parent.mkdir(parents=True, exist_ok=True)
    (package / name).write_text("changed", encoding="utf-8")
    assert (fingerprint(own_project) != before) is counts


def test_the_package_is_the_one_that_runs() -> None:
    import flow_mcp

    assert flow_mcp.__file__ is not None
    assert Path(flow_mcp.__file__).parent == module._PACKAGE
