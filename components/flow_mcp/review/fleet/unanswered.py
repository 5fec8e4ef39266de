"""Find out the results of operations that Keycloak did not answer, as soon as it answers again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flow_mcp.authorization_servers.keycloak import interrupted as keycloak
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.fleet import interrupted
from flow_mcp.engine.fleet.interrupted import Operation
from flow_mcp.review.fleet.fleet import Fleet, FleetError
from flow_mcp.review.fleet.recovery import Recovery
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import UnansweredError

# Keycloak starts in less than a minute.
_WAIT_SECONDS = 120.0
_POLL_SECONDS = 1.0
_INTERRUPTED = "the run was interrupted"


def resolved(
    fleet: Fleet, engine: Engine, stack: str, error: UnansweredError, detail: Callable[[str], None]
) -> FleetError | UnansweredError:
    """Write the results of unanswered operations into a tenant's state, and return the error to report.

    Only this run knows that these operations had begun: a later one could not distinguish their objects from
    objects that somebody else created, except for clients, which have the stack's owner mark.

    Args:
        fleet: the run.
        engine: the engine of the run.
        stack: the stack's name.
        error: the failure of an update or a destruction.
        detail: called with the progress.
    """
    known = [
        operation
        for operation in error.operations
        if keycloak.concerns(operation) and (not operation.creates or keycloak.knows(operation))
    ]
    if not known:
        return error
    recovery = Recovery(fleet, engine)
    try:
        _await_answer(recovery, stack, known, detail)
        recovery.resolve(stack, detail, known)
    except (FlowMcpError, KeyboardInterrupt) as failure:
        cause = _INTERRUPTED if isinstance(failure, KeyboardInterrupt) else failure
        names = ", ".join(sorted({operation.urn.rpartition("::")[2] for operation in known}))
        return FleetError(
            f"{error}. It is unknown whether the server changed {names}: {cause}. Run the command again when "
            "the server answers. If it fails because an object exists, check that nobody else created the "
            "object, and delete it at the server"
        )
    return FleetError(f"{error}. The state now contains the server's changes. Run the command again")


def _await_answer(
    recovery: Recovery, stack: str, operations: Sequence[Operation], detail: Callable[[str], None]
) -> None:
    """Wait until each server of the operations answers; during a move there are two.

    Raises:
        FleetError: one does not answer within two minutes, or the user interrupts the run.
    """
    with TemporaryDirectory(prefix="flow-mcp-") as private:
        state = interrupted.resources(recovery.exported(stack, Path(private, "state.json")))
    detail("waits until Keycloak answers")
    deadline = time.monotonic() + _WAIT_SECONDS
    while not keycloak.answers(operations, state):
        if recovery.fleet.interruption.count:
            raise FleetError(_INTERRUPTED)
        if time.monotonic() > deadline:
            raise FleetError("it did not answer again")
        time.sleep(_POLL_SECONDS)
