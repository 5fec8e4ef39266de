"""Where all tenants stand, in a number of calls of Pulumi that does not grow with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.locks import running, update_of
from flow_mcp.engine.fleet.records import STACK, Records
from flow_mcp.engine.fleet.selection import Standing, standing
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import StackError, Stacks

# After that, the locks of what still runs say so.
_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.5
_SHOWN = 3


@dataclass(frozen=True)
class Survey:
    """Where tenants stand.

    Attributes:
        inputs: what they have in common.
        standings: by tenant, in the order asked for.
    """

    inputs: Inputs
    standings: Mapping[str, Standing]


def wait_for_updates(project: Project, names: Sequence[str], report: Callable[[str], None]) -> None:
    """Wait for updates of tenants that a run on this machine has begun and not ended, as one that was killed.

    What is previewed while they run would be something else when they have ended.
    """
    updates = {update_of(project.directory, name): name for name in names}
    deadline, told = time.monotonic() + _WAIT_SECONDS, ""
    while (found := running(updates)) and time.monotonic() < deadline:
        listed = ", ".join(f"{updates[each]} (process {found[each]})" for each in sorted(found)[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        if (now := f"Waiting for updates that an earlier run has begun: {listed}{more}") != told:
            report(now)
            told = now
        time.sleep(_POLL_SECONDS)


def survey(stacks: Stacks, names: Sequence[str], *, force: bool = False) -> Survey:
    """Look at tenants' files, at what the backend lists and at what is recorded.

    Args:
        stacks: the `pulumi` command and the project.
        names: of the tenants.
        force: whether unchanged tenants are to be run too.

    Raises:
        StackError: Pulumi does not answer, or a tenant has the name of the records.
    """
    files = stacks.project.stack_files(names)
    if STACK in files:
        raise StackError(
            f"the tenants' records are in the stack {STACK}; give the tenant's file another name"
        )
    with ThreadPoolExecutor(3) as pool:
        list_stacks, read_records = pool.submit(stacks.listed), pool.submit(Records(stacks).read)
        inputs = Inputs.of(stacks.project, pool.submit(stacks.version).result())
        fingerprints = {stack: inputs.fingerprint(file) for stack, file in files.items()}
        listed, records = list_stacks.result(), read_records.result()
    return Survey(
        inputs,
        {
            stack: standing(stack, fingerprint, listed.get(stack), records.get(stack), force=force)
            for stack, fingerprint in fingerprints.items()
        },
    )
