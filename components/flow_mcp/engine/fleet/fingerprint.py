"""The fingerprint of a tenant: one digest over everything that determines the result of its update.

A tenant whose fingerprint equals that of its last successful update has nothing new to apply. The day, the
environment and the authorization server are not part of it: `flow-mcp check` evaluates the rules for the day,
and `flow-mcp refresh` reads the server.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import metadata
from pathlib import Path

import yaml

from flow_mcp.engine.project import Project

_FORMAT = 1
_DISTRIBUTION = "flow-mcp"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
# Pulumi writes the salt into the file of a new stack; it changes no value. If Pulumi encrypts the stack's
# values with another key, the encrypted values change too.
_SALT = b"encryptionsalt:"
# The package that runs. The program and the policy pack import the same one: Pulumi starts them with the
# environment of this process.
_PACKAGE = Path(__file__).parents[2]
# The parts of the package that neither the program nor the plugin nor a policy can import:
# tests/unit/test_import_boundaries.py. All other parts can change the result of an update.
_UNUSED_ROOMS = ("cli", "local", "operations", "runtime")
_PLUGINS = ("auth0", "azuread", "keycloak")


@dataclass(frozen=True)
class Inputs:
    """The inputs that all tenants of a project share.

    Attributes:
        digests: SHA-256 or version of each part: project file, program, plugins, package, policies, versions.
    """

    digests: Mapping[str, str]

    @classmethod
    def of(cls, project: Project, engine: str) -> Inputs:
        """Return the inputs of a project from its current files.

        The files of the package count in addition to its version, because a checkout, or an installation from
        a git revision, changes without a new version.

        Args:
            project: the project whose files are read, with the plugins that `Pulumi.yaml` names.
            engine: the version of Pulumi.
        """
        return cls(
            {
                "project": _file(project.file),
                "program": _tree(project.directory / "stacks", _is_program),
                "package": _tree(_PACKAGE, lambda path: _is_deployed(Path(_PACKAGE.name, path))),
                "policies": _tree(project.policies, lambda _: True),
                "engine": engine,
                **{f"path {path}": _tree(project.directory / path, _is_deployed) for path in _paths(project)},
                **{f"package {name}": version for name, version in _versions()},
                **{f"plugin {name}": digest for name, digest in _ambient_plugins()},
            }
        )

    def fingerprint(self, stack_file: Path) -> str:
        """Return the fingerprint of the tenant with this file: `sha256:` and 64 hexadecimal digits."""
        lines = stack_file.read_bytes().splitlines(keepends=True)
        declared = b"".join(line for line in lines if not line.startswith(_SALT))
        content = {
            "format": _FORMAT,
            "declaration": sha256(declared).hexdigest(),
            "inputs": dict(self.digests),
        }
        return f"sha256:{sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}"


def _is_program(path: Path) -> bool:
    return len(path.parts) > 1 or not (path.name.startswith("Pulumi.") and path.suffix == ".yaml")


def _is_deployed(path: Path) -> bool:
    return path.parts[0] != "flow_mcp" or len(path.parts) < 2 or path.parts[1] not in _UNUSED_ROOMS


def _paths(project: Project) -> Iterator[str]:
    """Yield the directories of the plugins that `Pulumi.yaml` names, such as `components` in a checkout.

    Programs in `.venv` contain paths of the machine. The versions of their packages are digests of their own.
    """
    declared = yaml.safe_load(project.file.read_bytes())
    plugins = declared.get("plugins") if isinstance(declared, dict) else None
    for entries in plugins.values() if isinstance(plugins, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            path = entry.get("path") if isinstance(entry, dict) else None
            if isinstance(path, str) and Path(path).parts[:1] != (".venv",):
                yield path


def _tree(path: Path, counts: Callable[[Path], bool]) -> str:
    """Return a digest over the names and contents of the files of a directory that count, or of a file."""
    if path.is_file():
        return _file(path)
    digests = {}
    for directory, directories, names in os.walk(path):
        directories[:] = [name for name in directories if name != "__pycache__"]
        for name in names:
            file = Path(directory, name)
            relative = file.relative_to(path)
            if file.suffix != ".pyc" and counts(relative):
                digests[relative.as_posix()] = _file(file)
    return sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()


def _file(path: Path) -> str:
    with path.open("rb") as content:
        return sha256(content.read()).hexdigest()


def _versions() -> Iterator[tuple[str, str]]:
    """Yield the libraries that a deployment uses directly, with their versions.

    The version of a provider's Python SDK is also the version of the plugin that Pulumi loads for it.
    """
    yield _DISTRIBUTION, metadata.version(_DISTRIBUTION)
    for requirement in metadata.requires(_DISTRIBUTION) or ():
        name = _NAME.match(requirement)
        _, _, marker = requirement.partition(";")
        if name and ("extra" not in marker or "deploy" in marker):
            try:
                yield name[0], metadata.version(name[0])
            except metadata.PackageNotFoundError:
                yield name[0], "not installed"


def _ambient_plugins() -> Iterator[tuple[str, str]]:
    """Yield the plugins on PATH, which Pulumi prefers to those of the SDKs' versions."""
    if os.environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() in {"1", "true"}:
        return
    for name in _PLUGINS:
        if program := shutil.which(f"pulumi-resource-{name}"):
            yield name, _file(Path(program))
