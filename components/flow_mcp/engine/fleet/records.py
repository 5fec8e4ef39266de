"""The records of tenants' last successful runs, stored in one stack at the backend of the tenants' states.

The records are the output of a stack of their own in the same project, which has no resource and no secret.
Two calls of Pulumi read or write all records, on every backend, under the backend's own lock, and with the
same permissions as the states. Tags and outputs of the tenants' stacks need a call of Pulumi for each tenant,
and a file on this machine does not exist in the next pipeline.

A record is valid only for the update that it names (see `selection.candidate`). A record that is lost, or
overwritten by another run at the same time, makes a tenant run again; it never makes a run skip a tenant.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError

from flow_mcp.common.strict_model import StrictModel
from flow_mcp.engine.fleet.locks import have_all_exited, holders, registered_process
from flow_mcp.engine.fleet.shards import Shard
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import StackError, Stacks

STACK = "flow-mcp-fleet"
"""The stack of the records of runs without shards. A tenant's stack cannot have this name."""

_SECONDS = 120
_LOCK_SECONDS = 30.0
_POLL_SECONDS = 0.5
_OUTPUT = "records"
_NAMES = re.compile(rf"{STACK}(-[0-9]+-of-[0-9]+)?")


def records_stack(shard: Shard | None) -> str:
    """Return the name of the stack of a shard's records. Shards that run at once write no common stack."""
    return f"{STACK}-{shard.number}-of-{shard.count}" if shard else STACK


def is_records_stack(stack: str) -> bool:
    """Return whether a stack has the name of a stack of records."""
    return bool(_NAMES.fullmatch(stack))


class Record(StrictModel):
    """A tenant's last successful run.

    Attributes:
        fingerprint: the fingerprint of the applied inputs.
        updated: the update's time, as the backend lists it.
        resources: the number of resources that the backend listed.
    """

    fingerprint: str
    updated: str
    resources: Annotated[int, Field(ge=0)]

    def describes(self, listed: ListedStack | None) -> bool:
        """Return whether the backend lists exactly the update that the record names as the last one."""
        return listed is not None and (self.updated, self.resources) == (listed.updated, listed.resources)


class _Records(StrictModel):
    format: Literal[1]
    tenants: dict[str, Record]


@dataclass(frozen=True)
class Records:
    """The records of a project's tenants.

    Attributes:
        stacks: the `pulumi` command and the project.
        stack: the name of the stack that contains them.
    """

    stacks: Stacks
    stack: str = STACK

    def read(self) -> dict[str, Record]:
        """Return the records by stack; empty if there are none or if their format is unknown.

        Raises:
            StackError: the command failed.
        """
        with self._workspace() as workspace:
            return self._read(workspace)[1]

    def write(self, changes: Mapping[str, Record | None]) -> None:
        """Set the records of some tenants, and remove those given as None; the others remain.

        Raises:
            StackError: Pulumi cannot write the records.
        """
        with self._workspace() as workspace:
            exists, records = self._read(workspace)
            if not exists:
                # Another run may create it first. If it still does not exist afterwards, the import fails.
                self._pulumi(workspace, "stack", "init", self.stack, "--no-select")
            records |= {stack: record for stack, record in changes.items() if record}
            kept = {stack: record for stack, record in records.items() if changes.get(stack, record)}
            file = workspace / "records.json"
            file.write_text(json.dumps(_state(kept, self._project["name"], self.stack)), encoding="utf-8")
            self._import(workspace, file)

    def _read(self, workspace: Path) -> tuple[bool, dict[str, Record]]:
        exporting = ("stack", "export", "--stack", self.stack)
        process = self._pulumi(workspace, *exporting)
        if process.returncode and self.stacks.repaired(process.stderr):
            process = self._pulumi(workspace, *exporting)
        if process.returncode:
            if "no stack named" in process.stderr:
                return False, {}
            raise StackError(f"the records of the tenants cannot be read: {_failure(process)}")
        try:
            resources = json.loads(process.stdout)["deployment"].get("resources") or [{}]
            records = _Records.model_validate(resources[0].get("outputs", {}).get(_OUTPUT))
        except (ValueError, LookupError, AttributeError, TypeError, ValidationError):
            return True, {}  # no records, or those of a newer version: every tenant is run
        return True, dict(records.tenants)

    def _import(self, workspace: Path, file: Path) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while (
            process := self._pulumi(workspace, "stack", "import", "--stack", self.stack, "--file", str(file))
        ).returncode:
            lock_holders = holders(process.stderr)
            if not lock_holders or time.monotonic() > deadline:
                raise StackError(f"the records of the tenants cannot be written: {_failure(process)}")
            if have_all_exited(lock_holders):
                self._pulumi(workspace, "cancel", "--yes", "--stack", self.stack)
            else:
                time.sleep(_POLL_SECONDS)

    @property
    def _project(self) -> dict[str, Any]:
        """`Pulumi.yaml` with the keys that a stack without a program needs."""
        declared = yaml.safe_load(self.stacks.project.file.read_bytes())
        kept = {key: declared[key] for key in ("name", "backend") if key in declared}
        return {**kept, "runtime": "python"}

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        """Yield an own directory, because creating a stack in the project would write a file to `stacks/`."""
        with TemporaryDirectory(prefix="flow-mcp-") as name:
            workspace = Path(name)
            (workspace / "Pulumi.yaml").write_text(yaml.safe_dump(self._project), encoding="utf-8")
            yield workspace

    def _pulumi(self, workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        # The stack has no secret and needs no passphrase, even if a cloud key encrypts the tenants' secrets.
        environment.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
        environment["PULUMI_CONFIG_PASSPHRASE"] = ""
        try:
            with (
                subprocess.Popen(
                    [str(self.stacks.program), "--non-interactive", *arguments],
                    cwd=workspace,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    # A Ctrl-C in the terminal must not reach Pulumi, which would leave the stack locked.
                    start_new_session=True,
                ) as process,
                registered_process(process),
            ):
                try:
                    stdout, stderr = process.communicate(timeout=_SECONDS)
                except BaseException:
                    process.kill()
                    raise
            return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
        except subprocess.TimeoutExpired:
            raise StackError(
                f"the records of the tenants: `pulumi {' '.join(arguments[:2])}` did not finish within "
                f"{_SECONDS} seconds"
            ) from None


def _state(records: Mapping[str, Record], project: str, stack: str) -> dict[str, Any]:
    """Return the state of a stack without resources, whose output contains the records."""
    content = _Records(format=1, tenants=dict(sorted(records.items())))
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
            "resources": [
                {
                    "urn": f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}",
                    "custom": False,
                    "type": "pulumi:pulumi:Stack",
                    "outputs": {_OUTPUT: content.model_dump(mode="json", by_alias=True)},
                }
            ],
        },
    }


def _failure(process: subprocess.CompletedProcess[str]) -> str:
    return " ".join(process.stderr.split()) or f"exit code {process.returncode}"
