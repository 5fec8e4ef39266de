"""A directory of somebody who has the package's wheel and not this repository."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests import wheel
from tests.conftest import REPOSITORY


@dataclass(frozen=True)
class Workplace:
    """A directory with the wheel in `.venv`, and an environment for Pulumi.

    Attributes:
        directory: contains `.venv/` and the projects.
        environment: the environment of the commands.
    """

    directory: Path
    environment: dict[str, str] = field(repr=False)

    @classmethod
    def prepare(cls, directory: Path, **environment: str) -> Workplace:
        """Build the wheel and install it into a new virtual environment."""
        own_environment = wheel.environment(directory, REPOSITORY / ".toolchain" / "bin") | environment
        virtual = directory / ".venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(virtual)], check=True)
        # The dependencies are those of the tests' own environment; its editable installation is not used.
        installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        own = sysconfig.get_path("purelib", "venv", {"base": str(virtual), "platbase": str(virtual)})
        Path(own, "dependencies.pth").write_text("\n".join(sorted(installed)) + "\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", str(virtual / "bin" / "python"), "install", "--quiet"]
        built = str(wheel.build(directory / "dist"))
        subprocess.run([*pip, "--no-deps", "--no-index", built], check=True)
        return cls(directory, own_environment)

    @property
    def plugin(self) -> Path:
        """The plugin's program."""
        return self.directory / ".venv" / "bin" / "pulumi-resource-flow-mcp"

    def run(
        self, *arguments: str, at: Path | None = None, environment: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        """Run a command that succeeds in a directory, and return its standard output."""
        return wheel.output(arguments, at or self.directory, {**self.environment, **environment})

    def schema(self, source: str, environment: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """Return the schema of a package's source as `pulumi package get-schema` prints it."""
        printed = self.run("pulumi", "package", "get-schema", source, environment=environment)
        schema: dict[str, Any] = json.loads(printed[printed.index("{") :])
        return schema
