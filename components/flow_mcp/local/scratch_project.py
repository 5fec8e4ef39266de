"""A scratch copy of the project for the demo and the tests.

Creating a stack writes its salt into the tenant's file. The copy has its own passphrase, backend and Pulumi
home, so that the checkout and the user's stacks are not changed.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.project import Project

_SALT = "encryptionsalt:"
# Prefixes of the environment variables that Pulumi and the providers of authorization servers read.
_CREDENTIALS = ("PULUMI_", "KEYCLOAK_", "AUTH0_", "ARM_", "AZURE_", "SCALEKIT_", "FLOW_MCP_")
_SHARED = ("components", "policies", ".venv")


class PulumiError(FlowMcpError):
    """Pulumi ended with an error, whose text was shown or is in the message."""


@dataclass(frozen=True)
class ScratchProject:
    """A project directory with its own backend, passphrase and environment.

    Attributes:
        directory: contains `project/` (the copy), `state/` (the backend), `passphrase` and `pulumi/`.
        toolchain: directory of the pulumi command and its plugins.
        credentials: environment variables for the authorization servers.
    """

    directory: Path
    toolchain: Path
    credentials: Mapping[str, str] = field(repr=False)

    @classmethod
    def prepare(cls, source: Project, directory: Path, credentials: Mapping[str, str]) -> ScratchProject:
        """Create the copy, or use the existing one; the caller writes the tenants' files."""
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
        """The copy of the project."""
        return Project(self.directory / "project")

    @property
    def state(self) -> Path:
        """The backend's directory."""
        return self.directory / "state"

    @property
    def passphrase(self) -> Path:
        """The file (mode 0600) with the passphrase of all stacks of the copy."""
        return self.directory / "passphrase"

    def declare(self, stack: str, text: str) -> None:
        """Write a tenant's file; keep the salt of the copy's passphrase, and drop a salt in the text."""
        file = self.project.directory / "stacks" / f"Pulumi.{stack}.yaml"
        previous = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        salt = [line for line in previous if line.startswith(_SALT)]
        declared = [line for line in text.splitlines() if not line.startswith(_SALT)]
        file.write_text("\n".join([*declared, *salt]) + "\n", encoding="utf-8")

    def environment(self) -> dict[str, str]:
        """Return the environment for `pulumi`, without the user's own Pulumi settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_CREDENTIALS)}
        return {
            **kept,
            # Pulumi would prefer a plugin on PATH to the one in its home, and warn about it at each run.
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
        """Return the path of the plugin for the installed SDK of a package such as `keycloak`."""
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
            arguments: the arguments of `pulumi`.
            show: whether Pulumi writes to the terminal; its output is not returned then.
            check: whether to raise an error of Pulumi.

        Raises:
            PulumiError: Pulumi ended with an error (with `check`).
        """
        process = self._start(arguments, self.environment(), show=show)
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            # The terminal interrupts Pulumi too; wait until it has finished its steps and unlocked the stack.
            process.communicate()
            raise
        if check and process.returncode:
            details = "" if show else f":\n{output}"
            raise PulumiError(f"pulumi {' '.join(arguments)} ended with status {process.returncode}{details}")
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def _start(
        self, arguments: Sequence[str], environment: Mapping[str, str], *, show: bool
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(self.toolchain / "pulumi"), "--non-interactive", *arguments],
            cwd=self.project.directory,
            env=environment,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=None if show else subprocess.PIPE,
            stderr=None if show else subprocess.STDOUT,
        )

    def outputs(self, stack: str, *, secrets: bool = False) -> dict[str, Any]:
        """Return a stack's outputs; without `secrets`, secret values are `[secret]`."""
        arguments = ["stack", "output", "--json", "--stack", stack, *(["--show-secrets"] if secrets else [])]
        text = self.pulumi(*arguments).stdout
        # The engine can print warnings before the JSON.
        outputs: dict[str, Any] = json.loads(text[text.index("{") :])
        return outputs
