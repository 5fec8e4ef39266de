"""What is recorded of tenants' last successful runs: all in one place, at the backend that has their states.

The records are the outputs of a stack of their own in the same project, which has no resource and no secret.
So two calls of Pulumi read or write all of them, on every backend, under the backend's own lock, and whoever
has the states has the records. The alternatives would not do: tags and outputs of the tenants' stacks need a
call of Pulumi for each tenant, and a file on this machine is not there in the next pipeline.

A record counts only for the update that it names (see `selection.standing`). So a record that is lost, or
that two runs at once write over each other, makes a tenant run again; none keeps it from being run.
"""

from __future__ import annotations

import json
import os
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
from flow_mcp.engine.fleet.locks import free, holders, remembered
from flow_mcp.engine.stacks import StackError, Stacks

STACK = "flow-mcp-fleet"
"""The stack of the records; no tenant's stack may have its name."""

_SECONDS = 120
_LOCKED_SECONDS = 30.0
_POLL_SECONDS = 0.5
_OUTPUT = "records"


class Record(StrictModel):
    """A tenant's last successful run.

    Attributes:
        fingerprint: of what was applied.
        updated: the update's time, as the backend lists it.
        resources: how many resources the backend listed then.
    """

    fingerprint: str
    updated: str
    resources: Annotated[int, Field(ge=0)]


class _Records(StrictModel):
    format: Literal[1]
    tenants: dict[str, Record]


@dataclass(frozen=True)
class Records:
    """The records of a project's tenants.

    Attributes:
        stacks: the `pulumi` command and the project.
    """

    stacks: Stacks

    def read(self) -> dict[str, Record]:
        """All records, by tenant; none where nothing was recorded or what is there cannot be read.

        Raises:
            StackError: Pulumi does not answer.
        """
        with self._workspace() as workspace:
            return self._read(workspace)[1]

    def write(self, changes: Mapping[str, Record | None]) -> None:
        """Set the records of some tenants and remove others' (None); the rest stays.

        Raises:
            StackError: Pulumi cannot write them.
        """
        with self._workspace() as workspace:
            there, records = self._read(workspace)
            if not there:
                # Another run may have made it meanwhile; if it is still not there, the import says so.
                self._pulumi(workspace, "stack", "init", STACK, "--no-select")
            records |= {stack: record for stack, record in changes.items() if record}
            kept = {stack: record for stack, record in records.items() if changes.get(stack, record)}
            file = workspace / "records.json"
            file.write_text(json.dumps(_state(kept, self._project["name"])), encoding="utf-8")
            self._import(workspace, file)

    def _read(self, workspace: Path) -> tuple[bool, dict[str, Record]]:
        ended = self._pulumi(workspace, "stack", "export", "--stack", STACK)
        if ended.returncode:
            if "no stack named" in ended.stderr:
                return False, {}
            raise StackError(f"the records of the fleet cannot be read: {_said(ended)}")
        try:
            resources = json.loads(ended.stdout)["deployment"].get("resources") or [{}]
            read = _Records.model_validate(resources[0].get("outputs", {}).get(_OUTPUT))
        except (ValueError, LookupError, AttributeError, TypeError, ValidationError):
            return True, {}  # a newer version's, or none: then every tenant is run
        return True, dict(read.tenants)

    def _import(self, workspace: Path, file: Path) -> None:
        deadline = time.monotonic() + _LOCKED_SECONDS
        while (
            ended := self._pulumi(workspace, "stack", "import", "--stack", STACK, "--file", str(file))
        ).returncode:
            locked = holders(ended.stderr)
            if not locked or time.monotonic() > deadline:
                raise StackError(f"the records of the fleet cannot be written: {_said(ended)}")
            if free(locked):
                self._pulumi(workspace, "cancel", "--yes", "--stack", STACK)
            else:
                time.sleep(_POLL_SECONDS)

    @property
    def _project(self) -> dict[str, Any]:
        """`Pulumi.yaml` without what a stack without a program does not need."""
        declared = yaml.safe_load(self.stacks.project.file.read_bytes())
        kept = {key: declared[key] for key in ("name", "backend") if key in declared}
        return {**kept, "runtime": "python"}

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        """A directory of its own: making a stack writes a file, which would be a tenant's in `stacks/`."""
        with TemporaryDirectory(prefix="flow-mcp-") as name:
            workspace = Path(name)
            (workspace / "Pulumi.yaml").write_text(yaml.safe_dump(self._project), encoding="utf-8")
            yield workspace

    def _pulumi(self, workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
        # The stack has no secret and needs no passphrase, also where a cloud key encrypts the tenants'.
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
                    # A Ctrl-C in the terminal is ours alone: a half-written record would be locked.
                    start_new_session=True,
                ) as process,
                remembered(process.pid),
            ):
                try:
                    stdout, stderr = process.communicate(timeout=_SECONDS)
                except BaseException:
                    process.kill()
                    raise
            return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
        except subprocess.TimeoutExpired:
            raise StackError(
                f"the records of the fleet: `pulumi {' '.join(arguments[:2])}` did not end within {_SECONDS} "
                "seconds"
            ) from None


def _state(records: Mapping[str, Record], project: str) -> dict[str, Any]:
    """A state of one stack without resources, whose output the records are."""
    content = _Records(format=1, tenants=dict(sorted(records.items())))
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
            "resources": [
                {
                    "urn": f"urn:pulumi:{STACK}::{project}::pulumi:pulumi:Stack::{project}-{STACK}",
                    "custom": False,
                    "type": "pulumi:pulumi:Stack",
                    "outputs": {_OUTPUT: content.model_dump(mode="json", by_alias=True)},
                }
            ],
        },
    }


def _said(ended: subprocess.CompletedProcess[str]) -> str:
    return " ".join(ended.stderr.split()) or f"exit code {ended.returncode}"
