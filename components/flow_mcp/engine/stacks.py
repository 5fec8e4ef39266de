"""What the `pulumi` command knows of tenants' stacks: outputs and updates.

Only `pulumi` is asked, so that every backend and every secrets provider works that works there.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.nulls import without_nulls
from flow_mcp.engine.project import Project

_SECONDS = 120
# The authorization server is asked for each resource.
_REFRESH_SECONDS = 600
# The states of all stacks are read.
_LIST_SECONDS = 600


class StackError(FlowMcpError):
    """Pulumi did not tell what is asked of a stack."""

    exit_code = 2


class NotAppliedError(StackError):
    """The stack has no settings yet: `pulumi up` has not made them."""


@dataclass(frozen=True)
class Update:
    """An update of a stack.

    Attributes:
        number: 1 for the first.
        kind: Pulumi's word: `update`, `refresh`, `destroy`, …
        result: Pulumi's word: `succeeded`, `failed`, …
        ended: when, RFC 3339; None while it runs.
    """

    number: int
    kind: str
    result: str
    ended: str | None


@dataclass(frozen=True)
class Listed:
    """What the backend lists of a stack.

    Attributes:
        updated: when its state was last written, RFC 3339 with milliseconds; None before that.
        resources: how many are in its state.
        in_progress: whether the backend knows of an update that is running.
    """

    updated: str | None
    resources: int
    in_progress: bool


@dataclass(frozen=True)
class Stacks:
    """The stacks of a project at Pulumi's backend.

    Attributes:
        project: where the command runs.
        program: the `pulumi` command.
    """

    project: Project
    program: Path

    @classmethod
    def of(cls, project: Project) -> Stacks:
        """With `pulumi` from PATH, else from the project's `.toolchain/bin`.

        Raises:
            StackError: it is in neither.
        """
        ours = project.directory / ".toolchain" / "bin"
        found = shutil.which("pulumi") or shutil.which("pulumi", path=str(ours))
        if not found:
            raise StackError(f"there is no pulumi on PATH or in {ours}; `flow-mcp toolchain` gets it")
        return cls(project, Path(found))

    def settings(self, stack: str) -> str:
        """The stack's output `settings`: the settings document's canonical JSON.

        Raises:
            NotAppliedError: there is no such stack at the backend, or it has no such output.
            StackError: Pulumi does not answer as expected.
        """
        settings = self._outputs(stack).get("settings")
        if not isinstance(settings, str):
            raise NotAppliedError(
                f"the stack {stack} has no settings yet; run `pulumi up --stack {stack}` first"
            )
        return settings

    def client_secrets(self, stack: str) -> dict[str, str]:
        """The stack's output `clientSecrets`, decrypted, by client name; needs the stack's passphrase.

        Raises:
            StackError: Pulumi cannot decrypt it, or does not answer as expected.
        """
        secrets = self._outputs(stack, "--show-secrets").get("clientSecrets", {})
        if not isinstance(secrets, dict):
            raise StackError(f"the output clientSecrets of the stack {stack} is no mapping")
        return {name: secret for name, secret in secrets.items() if isinstance(secret, str)}

    def update_number(self, stack: str) -> int:
        """The number of the stack's last update, 1 for the first.

        Raises:
            StackError: Pulumi does not answer as expected, or the stack has had no update.
        """
        return self.last_update(stack).number

    def last_update(self, stack: str) -> Update:
        """The stack's last update.

        Raises:
            NotAppliedError: there is no such stack at the backend, or it has had no update.
            StackError: Pulumi does not answer as expected.
        """
        arguments = ("stack", "history", "--json", "--stack", stack)
        latest = self._json(*arguments, "--page-size", "1")
        if not latest:
            raise NotAppliedError(
                f"the stack {stack} has had no update; run `pulumi up --stack {stack}` first"
            )
        # A backend that numbers updates tells the number; with files, the history's length is it.
        number = latest[0].get("version", 0) or len(self._json(*arguments))
        told = {key: str(latest[0].get(key, "")) for key in ("kind", "result", "endTime")}
        return Update(int(number), told["kind"], told["result"], told["endTime"] or None)

    def listed(self) -> dict[str, Listed]:
        """All stacks of the project at the backend, by name. It is one call, however many there are.

        Raises:
            StackError: Pulumi does not answer as expected.
        """
        told = self._json("stack", "ls", "--json", seconds=_LIST_SECONDS)
        return {
            str(each["name"]).rpartition("/")[2]: Listed(
                each.get("lastUpdate") or None,
                int(each.get("resourceCount") or 0),
                bool(each.get("updateInProgress")),
            )
            for each in told
        }

    def create(self, stack: str) -> None:
        """Make an empty stack; Pulumi writes the salt of its secrets into its file where that has none.

        Raises:
            StackError: Pulumi does not make it.
        """
        declared = yaml.safe_load(self.project.stack_file(stack).read_bytes())
        provider = declared.get("secretsprovider") if isinstance(declared, dict) else None
        chosen = ("--secrets-provider", str(provider)) if provider else ()
        self._run("stack", "init", "--no-select", *chosen, "--stack", stack)

    def unlock(self, stack: str) -> None:
        """Remove the locks of a stack; only for those whose holders do not run any more.

        Raises:
            StackError: Pulumi does not remove them.
        """
        self._run("cancel", "--yes", "--stack", stack)

    def version(self) -> str:
        """The version of Pulumi.

        Raises:
            StackError: Pulumi does not answer.
        """
        return self._run("version").strip()

    def drifted(self, stack: str) -> int:
        """How many of the stack's resources are no longer as it left them; the authorization server is asked.

        It changes nothing, but needs what an update needs: the stack's passphrase, the server's credentials.

        Raises:
            StackError: Pulumi cannot tell.
        """
        arguments = ("refresh", "--preview-only", "--json", "--stack", stack)
        told = self._json(*arguments, seconds=_REFRESH_SECONDS)
        counted = told.get("changeSummary") if isinstance(told, dict) else None
        if not isinstance(counted, dict):
            raise StackError(f"`pulumi {' '.join(arguments)}` did not say what changed")
        return sum(number for op, number in counted.items() if op != "same")

    def _outputs(self, stack: str, *more: str) -> dict[str, Any]:
        outputs: dict[str, Any] = without_nulls(
            self._json("stack", "output", "--json", "--stack", stack, *more)
        )
        return outputs

    def _json(self, *arguments: str, seconds: int = _SECONDS) -> Any:
        printed = self._run(*arguments, seconds=seconds)
        try:
            return json.loads(printed)
        except ValueError:
            # What it printed could be a secret: it is not repeated.
            raise StackError(f"`pulumi {' '.join(arguments)}` did not print JSON") from None

    def _run(self, *arguments: str, seconds: int = _SECONDS) -> str:
        shown = f"pulumi {' '.join(arguments)}"
        try:
            ended = subprocess.run(
                [str(self.program), "--non-interactive", *arguments],
                cwd=self.project.directory,
                env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise StackError(f"`{shown}` did not end within {seconds} seconds") from None
        if ended.returncode:
            said = " ".join(ended.stderr.split()) or f"exit code {ended.returncode}"
            if "no stack named" in said:
                stack = arguments[arguments.index("--stack") + 1]
                raise NotAppliedError(
                    f"the stack {stack} is not at Pulumi's backend; run "
                    f"`pulumi stack select --create {stack}` and `pulumi up` first"
                )
            raise StackError(f"`{shown}` failed: {said}")
        return ended.stdout
