"""Read the outputs and updates of stacks with the `pulumi` command.

The command supports every backend and every secrets provider, so this module accesses neither itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.nulls import without_nulls
from flow_mcp.engine import file_backend
from flow_mcp.engine.listed_stacks import ListedStack, State, listed_in_files
from flow_mcp.engine.project import Project
from flow_mcp.engine.pulumi_messages import readable

_SECONDS = 120
# A refresh sends requests to the authorization server for each resource.
_REFRESH_SECONDS = 600
# Pulumi reads the states of all stacks.
_LIST_SECONDS = 600
# How many stacks Pulumi reads at the same time.
_PARALLEL, _DEFAULT_PARALLEL = "PULUMI_DIY_BACKEND_PARALLEL", 10
_PROCESSORS = "GOMAXPROCS"

CLIENT_SECRETS = "clientSecrets"
OTHER_CLIENT_SECRETS = "otherClientSecrets"
"""The outputs with client secrets: of the tenant's authorization server, and of the other one in a move."""


class StackError(FlowMcpError):
    """Pulumi could not read a stack."""

    exit_code = 2


class NotAppliedError(StackError):
    """The stack has no settings yet, because `pulumi up` has not run."""


@dataclass(frozen=True)
class Update:
    """An update of a stack.

    Attributes:
        number: its number; the first update has the number 1.
        kind: Pulumi's name of its kind: `update`, `refresh`, `destroy`, …
        result: Pulumi's name of its result: `succeeded`, `failed`, …
        ended: the time at which it ended, RFC 3339; None while it runs.
    """

    number: int
    kind: str
    result: str
    ended: str | None


@dataclass(frozen=True)
class Stacks:
    """The stacks of a project at Pulumi's backend.

    Attributes:
        project: the project, in whose directory the command runs.
        program: the path of the `pulumi` command.
    """

    project: Project
    program: Path

    @classmethod
    def of(cls, project: Project) -> Stacks:
        """Return the stacks of a project; uses `pulumi` from PATH or from the project's `.toolchain/bin`.

        Raises:
            StackError: neither of them contains `pulumi`.
        """
        toolchain = project.directory / ".toolchain" / "bin"
        program = shutil.which("pulumi") or shutil.which("pulumi", path=str(toolchain))
        if not program:
            raise StackError(f"no pulumi on PATH or in {toolchain}; run `flow-mcp toolchain` to install it")
        return cls(project, Path(program))

    def settings(self, stack: str) -> str:
        """Return the stack's output `settings`, the canonical JSON of the settings document.

        Raises:
            NotAppliedError: the stack does not exist at the backend, or it has no such output.
            StackError: the command failed or printed unexpected output.
        """
        settings = self._outputs(stack).get("settings")
        if not isinstance(settings, str):
            raise NotAppliedError(
                f"the stack {stack} has no settings yet; run `pulumi up --stack {stack}` first"
            )
        return settings

    def client_secrets(self, stack: str, output: str = CLIENT_SECRETS) -> dict[str, str]:
        """Return the decrypted client secrets from an output of the stack, by client name.

        This needs access to the stack's secrets provider, such as its passphrase.

        Args:
            stack: the stack's name.
            output: `clientSecrets`, or `otherClientSecrets` for the second server of a move.

        Raises:
            StackError: Pulumi cannot decrypt the output, or printed unexpected output.
        """
        secrets = self._outputs(stack, "--show-secrets").get(output, {})
        if not isinstance(secrets, dict):
            raise StackError(f"the output {output} of the stack {stack} is not a mapping")
        return {name: secret for name, secret in secrets.items() if isinstance(secret, str)}

    def inputs_of(self, stack: str, resource_type: str) -> tuple[Any, ...]:
        """Return the inputs of the stack's resources of a type, from the state. Secrets stay encrypted.

        Raises:
            NotAppliedError: the stack does not exist at the backend.
            StackError: the command failed or printed unexpected output.
        """
        state = self._json("stack", "export", "--stack", stack)
        resources = (state.get("deployment") or {}).get("resources") or ()
        return tuple(
            resource.get("inputs") for resource in resources if resource.get("type") == resource_type
        )

    def update_number(self, stack: str) -> int:
        """Return the number of the stack's last update; the first update has the number 1.

        Raises:
            StackError: the command failed or printed unexpected output, or the stack has had no update.
        """
        return self.last_update(stack).number

    def last_update(self, stack: str) -> Update:
        """Return the stack's last update.

        Raises:
            NotAppliedError: the stack does not exist at the backend, or it has had no update.
            StackError: the command failed or printed unexpected output.
        """
        arguments = ("stack", "history", "--json", "--stack", stack)
        latest = self._json(*arguments, "--page-size", "1")
        if not latest:
            raise NotAppliedError(
                f"the stack {stack} has had no update; run `pulumi up --stack {stack}` first"
            )
        # A backend of files does not number updates; there the length of the history is the number.
        number = latest[0].get("version", 0) or len(self._json(*arguments))
        fields = {key: str(latest[0].get(key, "")) for key in ("kind", "result", "endTime")}
        return Update(int(number), fields["kind"], fields["result"], fields["endTime"] or None)

    def list_stacks(self) -> dict[str, ListedStack]:
        """Return the stacks of the project at the backend, by name, with at most one call of Pulumi.

        Raises:
            StackError: the command failed or printed unexpected output.
        """
        if (in_files := listed_in_files(self.project)) is not None:
            return in_files
        stacks = self._json("stack", "ls", "--json", seconds=_LIST_SECONDS)
        return {
            str(stack["name"]).rpartition("/")[2]: ListedStack(
                stack.get("lastUpdate") or None,
                int(stack.get("resourceCount") or 0),
                bool(stack.get("updateInProgress")),
                "url" in stack,
            )
            for stack in stacks
        }

    def listed_stack(self, stack: str) -> ListedStack | None:
        """Return a stack as `list_stacks` would, from its state alone; None if it does not exist.

        Only for backends other than Pulumi Cloud: they list the time that is in the state, and know no update
        in progress (`diyStackSummary` in Pulumi's `pkg/backend/diy/stack.go`).

        Raises:
            StackError: the command failed or printed unexpected output.
        """
        if (in_files := listed_in_files(self.project, {stack})) is not None:
            return in_files.get(stack)
        try:
            return State.model_validate(
                self._json("stack", "export", "--stack", stack)["deployment"]
            ).listed()
        except NotAppliedError:
            return None
        except (LookupError, TypeError, ValueError):
            raise StackError(f"`pulumi stack export --stack {stack}` printed no state with a time") from None

    def create(self, stack: str) -> None:
        """Create an empty stack. Pulumi adds a salt for secrets to the stack's file if it has none.

        Raises:
            StackError: the command failed.
        """
        declared = yaml.safe_load(self.project.stack_file(stack).read_bytes())
        provider = declared.get("secretsprovider") if isinstance(declared, dict) else None
        options = ("--secrets-provider", str(provider)) if provider else ()
        self._run("stack", "init", "--no-select", *options, "--stack", stack)

    def unlock(self, stack: str) -> None:
        """Remove the locks of a stack; call it only if their holders have exited.

        Raises:
            StackError: the command failed.
        """
        self._run("cancel", "--yes", "--stack", stack)

    def repaired(self, message: str) -> bool:
        """Repair what a killed Pulumi can have left at the backend; return whether a command is run again.

        Args:
            message: Pulumi's message about the failure of the command.

        Raises:
            StackError: Pulumi does not answer.
        """
        if not file_backend.is_unreadable(message.rstrip()):
            return False
        process = self._process(("whoami", "--verbose", "--json"), _SECONDS)
        try:
            url = str(json.loads(process.stdout)["url"])
        except (LookupError, TypeError, ValueError):
            return False
        return file_backend.repair(url, self.project.directory)

    def version(self) -> str:
        """Return the version of Pulumi.

        Raises:
            StackError: the command failed.
        """
        return self._run("version").strip()

    def drifted(self, stack: str, is_expected: Callable[[Mapping[str, Any]], bool]) -> int:
        """Return the number of the stack's resources with drift, read from the authorization server.

        It changes nothing, but it needs the same access as an update: the stack's passphrase and the
        credentials for the authorization server.

        Args:
            stack: the stack's name.
            is_expected: whether a step of `pulumi refresh --json` is a change that is no drift.

        Raises:
            StackError: the command failed or printed unexpected output.
        """
        arguments = ("refresh", "--preview-only", "--json", "--stack", stack)
        result = self._json(*arguments, seconds=_REFRESH_SECONDS)
        counts = result.get("changeSummary") if isinstance(result, dict) else None
        if not isinstance(counts, dict):
            raise StackError(f"`pulumi {' '.join(arguments)}` printed no changeSummary")
        changed: int = sum(count for operation, count in counts.items() if operation != "same")
        return changed - sum(map(is_expected, result.get("steps") or ()))

    def _outputs(self, stack: str, *options: str) -> dict[str, Any]:
        outputs: dict[str, Any] = without_nulls(
            self._json("stack", "output", "--json", "--stack", stack, *options)
        )
        return outputs

    def _json(self, *arguments: str, seconds: int = _SECONDS) -> Any:
        output = self._run(*arguments, seconds=seconds)
        try:
            return json.loads(output)
        except ValueError:
            # The output is not repeated, because it could contain a secret.
            raise StackError(f"`pulumi {' '.join(arguments)}` did not print JSON") from None

    def _run(self, *arguments: str, seconds: int = _SECONDS) -> str:
        process = self._process(arguments, seconds)
        output = " ".join(process.stderr.split())
        if process.returncode and self.repaired(output):
            process = self._process(arguments, seconds)
            output = " ".join(process.stderr.split())
        if process.returncode == 0:
            return process.stdout
        if "no stack named" in output:
            stack = arguments[arguments.index("--stack") + 1]
            raise NotAppliedError(
                f"the stack {stack} does not exist at Pulumi's backend; run "
                f"`pulumi stack select --create {stack}` and `pulumi up` first"
            )
        reason = readable(output or f"exit code {process.returncode}")
        raise StackError(f"`pulumi {' '.join(arguments)}` failed: {reason}")

    def _process(self, arguments: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                [str(self.program), "--non-interactive", *arguments],
                cwd=self.project.directory,
                env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", _PROCESSORS: _list_processors()},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            command = f"pulumi {' '.join(arguments)}"
            raise StackError(f"`{command}` did not finish within {seconds} seconds") from None


def _list_processors() -> str:
    """Return a number of processors for Go with which `pulumi stack ls` does not deadlock.

    At PostgreSQL, Pulumi reads ten stacks at the same time by default, each with two connections, and opens
    only twice as many connections as there are processors (`pkg/backend/diy/postgres/bucket.go` of Pulumi
    3.276: `ListPaged` queries while it reads rows). If each of the ten has one, none gets its second.
    """
    parallel = _positive(_PARALLEL) or _DEFAULT_PARALLEL
    return str(max(_positive(_PROCESSORS) or os.cpu_count() or 1, parallel // 2 + 1))


def _positive(variable: str) -> int:
    """Return the positive number in an environment variable; 0 if it has another value or does not exist."""
    value = os.environ.get(variable, "")
    return int(value) if value.isdecimal() else 0
