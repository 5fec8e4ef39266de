"""Compare tenants with their records, with a number of Pulumi calls that does not depend on the tenants."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.locks import running_updates, update_key
from flow_mcp.engine.fleet.records import Record, Records, is_records_stack, records_stack
from flow_mcp.engine.fleet.selection import Candidate, candidate
from flow_mcp.engine.fleet.shards import Shard
from flow_mcp.engine.listed_stacks import ListedStack
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
        shard: the shard of the tenants; None without shards.
        listed: all stacks of the project at the backend, by name.
    """

    inputs: Inputs
    candidates: Mapping[str, Candidate]
    shard: Shard | None = None
    listed: Mapping[str, ListedStack] = field(default_factory=dict)


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


def survey(
    stacks: Stacks, names: Sequence[str], *, force: bool = False, shard: Shard | None = None
) -> Survey:
    """Compare tenants' files with the backend's list of stacks and with the records.

    Args:
        stacks: the `pulumi` command and the project.
        names: the names of the stacks.
        force: whether the run includes unchanged tenants.
        shard: the shard of these tenants; None without shards.

    Raises:
        StackError: a command failed, or a tenant has the name of a stack of records.
    """
    files = stacks.project.stack_files(names)
    if reserved := [stack for stack in files if is_records_stack(stack)]:
        raise StackError(
            f"the stack {reserved[0]} contains the records of tenants; rename the tenant's file "
            f"{files[reserved[0]]}"
        )
    own = Records(stacks, records_stack(shard))
    with ThreadPoolExecutor(3) as pool:
        list_stacks, read_records = pool.submit(stacks.list_stacks), pool.submit(own.read)
        inputs = Inputs.of(stacks.project, pool.submit(stacks.version).result())
        fingerprints = {stack: inputs.fingerprint(file) for stack, file in files.items()}
        listed, records = list_stacks.result(), read_records.result()
        # A run with another number of shards, or without shards, has recorded these tenants elsewhere.
        if any(not _describes(records.get(stack), listed[stack]) for stack in files if stack in listed):
            others = [stack for stack in listed if is_records_stack(stack) and stack != own.stack]
            for further in pool.map(lambda stack: Records(stacks, stack).read(), others):
                records |= {
                    stack: record for stack, record in further.items() if record.describes(listed.get(stack))
                }
    return Survey(
        inputs,
        {
            stack: candidate(stack, fingerprint, listed.get(stack), records.get(stack), force=force)
            for stack, fingerprint in fingerprints.items()
        },
        shard,
        listed,
    )


def _describes(record: Record | None, listed: ListedStack) -> bool:
    return record is not None and record.describes(listed)
