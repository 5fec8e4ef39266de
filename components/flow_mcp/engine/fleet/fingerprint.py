"""The fingerprint of a tenant: one digest over everything that decides what its update makes.

A tenant whose fingerprint is that of its last successful update has nothing new to apply. What the day, the
environment and the authorization server decide is not in it: `flow-mcp check` judges the day, and
`flow-mcp refresh` asks the server.
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

from flow_mcp.engine.project import Project

_FORMAT = 1
_DISTRIBUTION = "flow-mcp"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
# Pulumi writes it into the file of a new stack: it changes no value. Where a stack's encrypted values are
# encrypted anew, these differ.
_SALT = b"encryptionsalt:"
# The parts of the package that neither the program nor the plugin nor a policy can import:
# tests/unit/test_import_boundaries.py. All else of it decides what an update makes.
_ROOMS = ("cli", "local", "operations", "runtime")
_PLUGINS = ("auth0", "azuread", "keycloak")


@dataclass(frozen=True)
class Inputs:
    """What all tenants of a project have in common.

    Attributes:
        digests: SHA-256 or version, by part: the program, the package, the policies, versions and plugins.
    """

    digests: Mapping[str, str]

    @classmethod
    def of(cls, project: Project, engine: str) -> Inputs:
        """Those of a project, as its files are now.

        Args:
            project: whose `Pulumi.yaml`, `stacks/`, `components/` and `policies/` are read.
            engine: the version of Pulumi.
        """
        directory = project.directory
        return cls(
            {
                "project": _file(project.file),
                "program": _tree(directory / "stacks", _is_program),
                "package": _tree(directory / "components", _is_deployed),
                "policies": _tree(project.policies, lambda _: True),
                "engine": engine,
                **{f"package {name}": version for name, version in _versions()},
                **{f"plugin {name}": digest for name, digest in _ambient_plugins()},
            }
        )

    def fingerprint(self, stack_file: Path) -> str:
        """The fingerprint of the tenant with this file, `sha256:` and 64 hexadecimal digits."""
        lines = stack_file.read_bytes().splitlines(keepends=True)
        declared = b"".join(line for line in lines if not line.startswith(_SALT))
        whole = {"format": _FORMAT, "declaration": sha256(declared).hexdigest(), "inputs": dict(self.digests)}
        return f"sha256:{sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()}"


def _is_program(path: Path) -> bool:
    return len(path.parts) > 1 or not (path.name.startswith("Pulumi.") and path.suffix == ".yaml")


def _is_deployed(path: Path) -> bool:
    return path.parts[0] != "flow_mcp" or len(path.parts) < 2 or path.parts[1] not in _ROOMS


def _tree(directory: Path, counts: Callable[[Path], bool]) -> str:
    """A digest over the names and the content of all files below a directory that count."""
    found = {}
    for at, directories, names in os.walk(directory):
        directories[:] = [name for name in directories if name != "__pycache__"]
        for name in names:
            path = Path(at, name)
            below = path.relative_to(directory)
            if path.suffix != ".pyc" and counts(below):
                found[below.as_posix()] = _file(path)
    return sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def _file(path: Path) -> str:
    with path.open("rb") as content:
        return sha256(content.read()).hexdigest()


def _versions() -> Iterator[tuple[str, str]]:
    """The libraries that a deployment uses directly, with their versions.

    The version of a provider's Python SDK is also that of the plugin that Pulumi loads for it.
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
    """Plugins on PATH, which Pulumi prefers to those of the SDKs' versions."""
    if os.environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() in {"1", "true"}:
        return
    for name in _PLUGINS:
        if found := shutil.which(f"pulumi-resource-{name}"):
            yield name, _file(Path(found))
