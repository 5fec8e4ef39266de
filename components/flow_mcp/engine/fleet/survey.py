"""Compare tenants with their records, with a number of Pulumi calls that does not depend on the tenants."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.locks import running_updates, update_key
from flow_mcp.engine.fleet.records import STACK, Records
from flow_mcp.engine.fleet.selection import Candidate, candidate
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import StackError, Stacks

# Afterwards the locks of the updates that still run fail their tenants.
_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.5
_MAXIMUM_SHOWN = 3


@dataclass(frozen=True)
class Survey:
    """Tenants, compared with their records.

    Attributes:
        inputs: the inputs that all tenants share.
        candidates: by stack, in the given order.
    """

    inputs: Inputs
    candidates: Mapping[str, Candidate]


def wait_for_updates(project: Project, stacks: Sequence[str], report: Callable[[str], None]) -> None:
    """Wait for updates of tenants that an earlier run on this machine, such as a killed one, left running.

    A preview during such an update would differ from one after it.
    """
    keys = {update_key(project.directory, stack): stack for stack in stacks}
    deadline, reported = time.monotonic() + _WAIT_SECONDS, ""
    while (processes := running_updates(keys)) and time.monotonic() < deadline:
        shown = ", ".join(
            f"{keys[key]} (process {processes[key]})" for key in sorted(processes)[:_MAXIMUM_SHOWN]
        )
        more = f" and {len(processes) - _MAXIMUM_SHOWN} more" if len(processes) > _MAXIMUM_SHOWN else ""
        if (message := f"Waiting for updates of an earlier run: {shown}{more}") != reported:
            report(message)
            reported = message
        time.sleep(_POLL_SECONDS)


def survey(stacks: Stacks, names: Sequence[str], *, force: bool = False) -> Survey:
    """Compare tenants' files with the backend's list of stacks and with the records.

    Args:
        stacks: the `pulumi` command and the project.
        names: the names of the stacks.
        force: whether the run includes unchanged tenants.

    Raises:
        StackError: a command failed, or a tenant has the name of the stack of the records.
    """
    files = stacks.project.stack_files(names)
    if STACK in files:
        raise StackError(
            f"the stack {STACK} contains the records of all tenants; rename the tenant's file {files[STACK]}"
        )
    with ThreadPoolExecutor(3) as pool:
        list_stacks, read_records = pool.submit(stacks.list_stacks), pool.submit(Records(stacks).read)
        inputs = Inputs.of(stacks.project, pool.submit(stacks.version).result())
        fingerprints = {stack: inputs.fingerprint(file) for stack, file in files.items()}
        listed, records = list_stacks.result(), read_records.result()
    return Survey(
        inputs,
        {
            stack: candidate(stack, fingerprint, listed.get(stack), records.get(stack), force=force)
            for stack, fingerprint in fingerprints.items()
        },
    )
