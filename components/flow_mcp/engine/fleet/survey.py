"""Where all tenants stand, in a number of calls of Pulumi that does not grow with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.records import STACK, Records
from flow_mcp.engine.fleet.selection import Standing, standing
from flow_mcp.engine.stacks import StackError, Stacks


@dataclass(frozen=True)
class Survey:
    """Where tenants stand.

    Attributes:
        inputs: what they have in common.
        standings: by tenant, in the order asked for.
    """

    inputs: Inputs
    standings: Mapping[str, Standing]


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
