"""A directory of somebody who has the package's wheel and not this repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.conftest import REPOSITORY

_OTHERS = ("PULUMI_", "KEYCLOAK_", "FLOW_MCP_", "PYTHONPATH")


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
        virtual, dist, state = (directory / name for name in (".venv", "dist", "state"))
        state.mkdir(parents=True)
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
        subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(virtual)], check=True)
        # The dependencies are those of the tests' own environment; its editable installation is not used.
        installed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        own = sysconfig.get_path("purelib", "venv", {"base": str(virtual), "platbase": str(virtual)})
        Path(own, "dependencies.pth").write_text("\n".join(sorted(installed)) + "\n", encoding="utf-8")
        (wheel,) = dist.iterdir()
        pip = [sys.executable, "-m", "pip", "--python", str(virtual / "bin" / "python"), "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
        path = (REPOSITORY / ".toolchain" / "bin", os.environ["PATH"])
        return cls(
            directory,
            {
                **kept,
                "PATH": os.pathsep.join(map(str, path)),
                "PULUMI_HOME": str(directory / "pulumi"),
                "PULUMI_BACKEND_URL": state.as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "of a test",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                # What the tests run needs nothing from Pulumi's servers.
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                **environment,
            },
        )

    @property
    def plugin(self) -> Path:
        """The plugin's program."""
        return self.directory / ".venv" / "bin" / "pulumi-resource-flow-mcp"

    def run(
        self, *arguments: str, at: Path | None = None, environment: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        """Run a command that succeeds in a directory, and return its standard output."""
        ended = subprocess.run(
            arguments,
            cwd=at or self.directory,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def schema(self, source: str, environment: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
        """Return the schema of a package's source as `pulumi package get-schema` prints it."""
        printed = self.run("pulumi", "package", "get-schema", source, environment=environment)
        schema: dict[str, Any] = json.loads(printed[printed.index("{") :])
        return schema
