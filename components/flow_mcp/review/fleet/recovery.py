"""Resolve the operations that a killed update began: adopt what the server created, and forget the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flow_mcp.authorization_servers.keycloak import interrupted as keycloak
from flow_mcp.engine.fleet import interrupted
from flow_mcp.engine.fleet.interrupted import Operation, UnresolvedError
from flow_mcp.engine.fleet.locks import forget_updates, have_all_exited, left_updates, update_key
from flow_mcp.engine.fleet.recorder import now
from flow_mcp.engine.fleet.selection import Candidate, Reason
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.fleet.result import Result
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import LockedError
from flow_mcp.review.preview.run_result import require_completed, require_exported
from flow_mcp.review.preview.secrets import with_masked_secrets

# After a run that was recorded, a state contains no interrupted operation.
_UNKNOWN_END: frozenset[Reason] = frozenset({"not-recorded", "in-progress", "updated-by-others"})
# Pulumi creates these without a request that changes a server.
_WITHOUT_SERVER = "flow-mcp:index:AuthorizationServerMetadata"
_PROVIDER = "pulumi:providers:"
_MAXIMUM_SHOWN = 5


def recover(fleet: Fleet, engine: Engine, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Resolve the interrupted operations of tenants, and remove the locks of their killed updates.

    Returns the candidates that a run can continue with; the results of the others are in the fleet. Tenants
    without interrupted operations or killed updates are not changed.
    """
    project = fleet.stacks.project.directory
    left = left_updates({update_key(project, candidate.stack) for candidate in candidates})
    doubtful = [
        candidate.stack
        for candidate in candidates
        if candidate.listed
        and candidate.listed.updated
        and (candidate.reason in _UNKNOWN_END or update_key(project, candidate.stack) in left)
    ]
    recovery = Recovery(fleet, engine)

    def work(stack: str, detail: Callable[[str], None]) -> Result:
        recovery.resolve(stack, detail)
        return Result(stack, "previewed", fleet.survey.candidates[stack].reason)

    resolved = {result.stack for result in fleet.phase("recover", doubtful, work) if not result.message}
    for stack in resolved:
        del fleet.results[stack]
    return [
        candidate
        for candidate in candidates
        if candidate.stack not in doubtful or candidate.stack in resolved
    ]


@dataclass(frozen=True)
class Recovery:
    """Resolves the interrupted operations of one tenant."""

    fleet: Fleet
    engine: Engine

    def resolve(
        self, stack: str, detail: Callable[[str], None], unanswered: Sequence[Operation] = ()
    ) -> None:
        """Write the results of interrupted operations into a tenant's state.

        Args:
            stack: the stack's name.
            detail: called with the progress.
            unanswered: operations that Pulumi recorded as failed although their results are unknown.

        Raises:
            FlowMcpError: the server cannot be asked, or the state cannot be written.
        """
        key, began = update_key(self.fleet.stacks.project.directory, stack), now()
        with TemporaryDirectory(prefix="flow-mcp-") as private:
            file = Path(private, "state.json")
            state = interrupted.with_operations(self.exported(stack, file), unanswered)
            operations = interrupted.operations(state)
            # An update that was killed after its last operation has left nothing but its lock.
            if not operations and key not in left_updates({key}):
                return
            detail(f"{len(operations)} interrupted operations")
            changed = {operation.urn for operation in operations if not operation.creates}
            # Taking the lock proves that no other process is in the middle of these operations. A process
            # that starts afterwards still holds the lock when the import needs it.
            self._refresh_after_lock(stack, interrupted.refreshable(state, changed))
            if operations:
                self._adopt(stack, file, unanswered)
        forget_updates(key)
        self.fleet.recovered[stack] = (began, now())

    def _adopt(self, stack: str, file: Path, unanswered: Sequence[Operation]) -> None:
        """Write the resources that the server has created into the state, without interrupted operations."""
        state = interrupted.with_operations(self.exported(stack, file), unanswered)
        created = _created(stack, interrupted.operations(state), state)
        file.write_text(json.dumps(interrupted.resolved(state, created)), encoding="utf-8")
        require_exported(self.engine.import_state(stack, file))
        if created:
            self._refresh(stack, tuple(created))

    def exported(self, stack: str, file: Path) -> interrupted.Deployment:
        """Return a stack's state, which is written to a file first."""
        require_exported(self.engine.export(stack, file))
        state: dict[str, Any] = json.loads(file.read_bytes())
        return state

    def _refresh_after_lock(self, stack: str, urns: Sequence[str]) -> None:
        """Refresh resources; remove the lock of a killed update first.

        Raises:
            LockedError: another process holds the lock.
        """
        try:
            self._refresh(stack, urns)
        except LockedError as error:
            if not have_all_exited(error.holders):
                raise
            self.fleet.stacks.unlock(stack)
            self._refresh(stack, urns)

    def _refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read resources from the server."""
        targets = (argument for urn in urns for argument in ("--target", urn))
        run = self.engine.run(
            "refresh", "--yes", "--skip-preview", *targets, stack=stack, with_policies=False
        )
        require_completed(with_masked_secrets(self.engine, run, stack), preview=False)


def _created(stack: str, operations: Sequence[Operation], state: interrupted.Deployment) -> dict[str, str]:
    """Return the IDs of the resources that the interrupted creations created, by URN.

    Raises:
        UnresolvedError: the authorization server cannot be asked about a resource.
    """
    at_server = [
        operation
        for operation in operations
        if operation.creates
        and operation.type != _WITHOUT_SERVER
        and not operation.type.startswith(_PROVIDER)
    ]
    if unknown := [operation for operation in at_server if not keycloak.knows(operation)]:
        names = ", ".join(operation.urn.rpartition("::")[2] for operation in unknown[:_MAXIMUM_SHOWN])
        more = f" and {len(unknown) - _MAXIMUM_SHOWN} more" if len(unknown) > _MAXIMUM_SHOWN else ""
        raise UnresolvedError(
            f"an update of {stack} was killed while it created {names}{more}, and Pulumi does not know "
            "whether the authorization server has created them. Look for them there, run "
            f"`pulumi refresh --stack {stack}` in a terminal, and answer its question for each"
        )
    return keycloak.created(at_server, interrupted.resources(state))
