"""The Python package, Pulumi, and the provider plugins of the tenants' authorization servers."""

from __future__ import annotations

import os
import platform
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import StackError, Stacks
from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import OLDEST_PULUMI, Version, ask, dotted, parse
from flow_mcp.operations.doctor.finding import Finding

_PACKAGE = "flow-mcp"
_VERSION_OF_PACKAGE = f"from importlib.metadata import version; print(version({_PACKAGE!r}))"
_PIN = re.compile(r"^flow-mcp(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)", re.MULTILINE)
_PROVIDERS: Mapping[str, str] = {
    "keycloak": "keycloak",
    "entra": "azuread",
    "flow-entra": "azuread",
    "auth0": "auth0",
}
"""The provider plugin by the key of the kind; the plugin of this package serves the other kinds."""


def package(project: Project) -> Iterator[Finding]:
    """Compare the running package with the project's pin and with the environment that Pulumi uses."""
    running = metadata.version(_PACKAGE)
    yield Finding(_PACKAGE, "ok", f"{running}, on Python {platform.python_version()}")
    requirements = project.directory / "requirements.txt"
    if requirements.is_file():
        pinned = _PIN.search(requirements.read_text(encoding="utf-8"))
        if pinned and pinned[1] != running:
            remedy = ".venv/bin/pip install -r requirements.txt"
            message = f"requirements.txt pins {pinned[1]}, and this command is {running}"
            yield Finding("requirements.txt", "warning", message, f"Run `{remedy}` and `.venv/bin/flow-mcp`.")
    yield _environment(project, running)


def _environment(project: Project, running: str) -> Finding:
    subject, create = ".venv", "Run `python3 -m venv .venv` and `.venv/bin/pip install -r requirements.txt`."
    python = project.directory / ".venv" / "bin" / "python"
    if not python.exists():
        return Finding(subject, "problem", "Pulumi runs the program in .venv, which does not exist", create)
    try:
        version = ask(python, "-c", _VERSION_OF_PACKAGE).strip()
    except ToolchainError:
        return Finding(subject, "problem", "flow-mcp is not installed in .venv", create)
    if version != running:
        message = f"Pulumi would run flow-mcp {version} of .venv, and this command is {running}"
        return Finding(subject, "warning", message, "Run the command of .venv: `.venv/bin/flow-mcp`.")
    return Finding(subject, "ok", f"has flow-mcp {version}")


def engine(project: Project) -> Iterator[Finding]:
    """Find Pulumi and its Python language host."""
    install = "Run `flow-mcp toolchain`."
    try:
        program = Stacks.of(project).program
        version = parse(ask(program, "version"))
    except (StackError, ToolchainError):
        yield Finding(
            "Pulumi", "problem", "is neither on PATH nor in .toolchain/bin, or does not run", install
        )
        return
    if version < OLDEST_PULUMI:
        message = f"{dotted(version)} is older than {dotted(OLDEST_PULUMI)}"
        yield Finding("Pulumi", "problem", message, install)
    else:
        yield Finding("Pulumi", "ok", f"{dotted(version)}, {program}")
    host = "pulumi-language-python"
    if _found(host, project, program.parent, program.resolve().parent):
        yield Finding("Python language host", "ok", "is installed")
    else:
        yield Finding("Python language host", "problem", f"{host} is not installed", install)


def plugins(project: Project, kinds: Iterable[str]) -> Iterator[Finding]:
    """Find the provider plugins that stacks of these kinds of authorization servers need."""
    for name in sorted({_PROVIDERS[kind] for kind in kinds if kind in _PROVIDERS}):
        yield _plugin(project, name)


def _plugin(project: Project, name: str) -> Finding:
    subject, required = f"plugin {name}", parse(metadata.version(f"pulumi-{name}"))
    if found := _found(f"pulumi-resource-{name}", project):
        return Finding(subject, "ok", f"is installed, {found}")
    installed = sorted(_in_home(name), reverse=True)
    fitting = [version for version in installed if version[0] == required[0] and version >= required]
    if fitting:
        return Finding(subject, "ok", f"{dotted(fitting[0])}, in Pulumi's home directory")
    message = f"{dotted(required)} is not installed"
    remedy = f"Run `pulumi plugin install resource {name} {dotted(required)}`."
    if name == "keycloak":
        remedy = f"Run `flow-mcp toolchain`, or `{remedy.removeprefix('Run `').removesuffix('`.')}`."
    if os.environ.get("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"):
        return Finding(subject, "problem", message, remedy)
    return Finding(subject, "warning", f"{message}; Pulumi downloads it when a stack needs it", remedy)


def _in_home(name: str) -> Iterator[Version]:
    home = os.environ.get("PULUMI_HOME")
    directory = (Path(home) if home else Path.home() / ".pulumi") / "plugins"
    for folder in directory.glob(f"resource-{name}-v*"):
        # An installation that broke off has a marker beside it.
        complete = not folder.with_name(f"{folder.name}.partial").exists()
        if complete and re.search(r"-v\d+\.\d+\.\d+$", folder.name):
            yield parse(folder.name)


def _found(program: str, project: Project, *more: Path) -> str | None:
    directories = [os.environ.get("PATH", os.defpath), str(project.directory / ".toolchain" / "bin")]
    return shutil.which(program, path=os.pathsep.join([*directories, *map(str, more)]))
