"""A copy of the project to try things in: the demo's and the tests'.

Creating a stack writes its salt into the tenant's file, so trials work on a copy with a passphrase, a
backend and a Pulumi home of its own; the checkout and the user's own stacks stay as they are.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.project import Project

_SALT = "encryptionsalt:"
# Beginnings of the names of what Pulumi and the authorization servers' providers read.
_CREDENTIALS = ("PULUMI_", "KEYCLOAK_", "AUTH0_", "ARM_", "AZURE_", "SCALEKIT_", "FLOW_MCP_")
_SHARED = ("components", "policies", ".venv")


class PulumiError(FlowMcpError):
    """Pulumi ended with an error; its own words were shown or are in the message."""


@dataclass(frozen=True)
class ScratchProject:
    """A project directory with its own backend, passphrase and environment.

    Attributes:
        directory: holds `project/` (the copy), `state/` (the backend), `passphrase` and `pulumi/`.
        toolchain: directory of the pulumi command and its plugins.
        credentials: environment variables for the authorization servers.
    """

    directory: Path
    toolchain: Path
    credentials: Mapping[str, str] = field(repr=False)

    @classmethod
    def prepare(cls, source: Project, directory: Path, credentials: Mapping[str, str]) -> ScratchProject:
        """Make the copy, or take up the one that is there; stack files are the caller's to write."""
        scratch = cls(directory, source.directory / ".toolchain" / "bin", credentials)
        for folder in (scratch.project.directory / "stacks", scratch.state, scratch.directory / "pulumi"):
            folder.mkdir(parents=True, exist_ok=True)
        for name in _SHARED:
            link = scratch.project.directory / name
            if not link.is_symlink():
                link.symlink_to(source.directory / name)
        scratch._install_keycloak_plugin()
        shutil.copyfile(source.file, scratch.project.file)
        program = Path("stacks", "__main__.py")
        shutil.copyfile(source.directory / program, scratch.project.directory / program)
        if not scratch.passphrase.exists():
            descriptor = os.open(scratch.passphrase, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(32))
        return scratch

    @property
    def project(self) -> Project:
        """The copy."""
        return Project(self.directory / "project")

    @property
    def state(self) -> Path:
        """The backend's directory."""
        return self.directory / "state"

    @property
    def passphrase(self) -> Path:
        """The file (mode 0600) with the passphrase of all stacks here."""
        return self.directory / "passphrase"

    def declare(self, stack: str, text: str) -> None:
        """Write a stack's file; the salt that belongs to the trial's passphrase stays, any other goes."""
        file = self.project.directory / "stacks" / f"Pulumi.{stack}.yaml"
        before = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        salt = [line for line in before if line.startswith(_SALT)]
        declared = [line for line in text.splitlines() if not line.startswith(_SALT)]
        file.write_text("\n".join([*declared, *salt]) + "\n", encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """The environment that `pulumi` runs in: nothing of the user's own Pulumi takes part."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_CREDENTIALS)}
        return {
            **kept,
            # The plugin is in Pulumi's home; one on PATH would be preferred, with a warning at each run.
            "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
            **self.credentials,
            "PATH": f"{self.toolchain}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": self.state.resolve().as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.passphrase.resolve()),
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_ERROR_OUTPUT_STRING": "1",
            "PULUMI_HOME": str((self.directory / "pulumi").resolve()),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def installed_plugin(self, package: str) -> Path:
        """Where Pulumi looks for the plugin that goes with the installed SDK of a package (`keycloak`)."""
        name = f"resource-{package}"
        folder = f"{name}-v{metadata.version(f'pulumi-{package}')}"
        return self.directory / "pulumi" / "plugins" / folder / f"pulumi-{name}"

    def _install_keycloak_plugin(self) -> None:
        link = self.installed_plugin("keycloak")
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.is_symlink():
            link.symlink_to((self.toolchain / link.name).resolve())

    def pulumi(
        self, *arguments: str, show: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run `pulumi` in the copy.

        Args:
            arguments: what follows `pulumi`.
            show: let Pulumi write to the terminal itself instead of returning what it printed.
            check: whether an error of Pulumi's is raised.

        Raises:
            PulumiError: Pulumi ended with an error (with `check`).
        """
        process = subprocess.Popen(
            [str(self.toolchain / "pulumi"), "--non-interactive", *arguments],
            cwd=self.project.directory,
            env=self.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=None if show else subprocess.PIPE,
            stderr=None if show else subprocess.STDOUT,
        )
        try:
            printed, _ = process.communicate()
        except KeyboardInterrupt:
            # The terminal has interrupted Pulumi too, which finishes its steps and unlocks the stack.
            process.communicate()
            raise
        if check and process.returncode:
            said = "" if show else f":\n{printed}"
            raise PulumiError(f"pulumi {' '.join(arguments)} ended with status {process.returncode}{said}")
        return subprocess.CompletedProcess(process.args, process.returncode, printed)

    def outputs(self, stack: str, *, secrets: bool = False) -> dict[str, Any]:
        """A stack's outputs; secret ones as `[secret]` unless asked for."""
        arguments = ["stack", "output", "--json", "--stack", stack, *(["--show-secrets"] if secrets else [])]
        printed = self.pulumi(*arguments).stdout
        # Warnings of the engine's may stand before it.
        outputs: dict[str, Any] = json.loads(printed[printed.index("{") :])
        return outputs
