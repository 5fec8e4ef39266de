"""An empty directory of somebody who has the package's wheel, and not this repository."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.conftest import REPOSITORY
from tests.first_tenant.page import PageScript, Step
from tests.live.test_least_privilege import SECRET, service_account
from tests.wheel import build, environment, output


@dataclass(frozen=True)
class Desk:
    """A directory, the wheel, and the environment of commands.

    Attributes:
        directory: contains the backend `state/`, and the project `planning/` that a page creates.
        wheel: the built wheel.
        environment: the environment of commands in the project, with this repository's Pulumi.
    """

    directory: Path
    wheel: Path
    environment: dict[str, str] = field(repr=False)

    @classmethod
    def prepare(cls, directory: Path) -> Desk:
        """Build the wheel."""
        programs = (
            directory / "planning" / ".venv" / "bin",
            REPOSITORY / ".toolchain" / "bin",
            Path(sys.executable).parent,
        )
        own_environment = environment(directory, *programs) | {"KEYCLOAK_CLIENT_SECRET": SECRET}
        return cls(directory, build(directory / "dist"), own_environment)

    @property
    def project(self) -> Path:
        """The project that the page creates."""
        return self.directory / "planning"

    def follow(self, page: str, url: str, *, offline: bool) -> list[Step]:
        """Run a page's commands with the wheel, on a Keycloak with the page's account.

        Args:
            page: the page's name in `docs/start`.
            url: the address of Keycloak.
            offline: whether the wheel's dependencies are those of this environment, instead of an index's.

        Raises:
            AssertionError: a command failed.
        """
        script = PageScript(page, self._replacements(url, offline=offline))
        bash = ["bash", "--noprofile", "--norc", "-c", script.text()]
        ended = subprocess.run(
            bash,
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
        return script.steps(ended.stdout)

    def run(self, *arguments: str) -> str:
        """Return the standard output of a command in the project, which succeeds."""
        return output(arguments, self.project, self.environment)

    def _replacements(self, url: str, *, offline: bool) -> Mapping[str, str]:
        install = f"install --quiet 'flow-mcp[deploy] @ {self.wheel.as_uri()}'"
        if offline:
            installed = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
            # The environment's editable installation of this package is not used.
            paths = " ".join(f"'{path}'" for path in installed)
            site = "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path(\"purelib\"))')"
            link = f"printf '%s\\n' {paths} > \"{site}/dependencies.pth\""
            install = f"install --quiet --no-index --no-deps '{self.wheel}'\n{link}"
        return {
            "install 'flow-mcp[deploy]'": install,
            "https://id.acme.example": url,
            "KEYCLOAK_CLIENT_SECRET=…": f"KEYCLOAK_CLIENT_SECRET='{SECRET}'",
            "PULUMI_CONFIG_PASSPHRASE=…": "PULUMI_CONFIG_PASSPHRASE='of a test'",
            "pulumi login file://~": f"pulumi login '{(self.directory / 'state').as_uri()}'",
            "pulumi up ": "pulumi up --yes --skip-preview ",
        }


def account(admin: httpx.Client) -> AbstractContextManager[None]:
    """Create the account for which the pages ask Keycloak's administrator; delete it at the end."""
    return service_account(admin, "", ["create-realm"])
