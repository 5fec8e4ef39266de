"""Write the records of a run's tenants: in batches, and only those of tenants that succeeded."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.records import Record, Records, records_stack
from flow_mcp.engine.fleet.shards import Shard
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.stacks import StackError, Stacks

_INTERVAL_SECONDS = 30.0
# Pulumi lists about this number of stacks in the time in which it starts and reads one.
_STACKS_IN_ONE_READING = 50
_READINGS_AT_ONCE = 3
_SHARE = 20
"""Writing takes at most one part in this number of the time."""


@dataclass(frozen=True)
class Success:
    """A successful run of a tenant.

    Attributes:
        fingerprint: the fingerprint of the applied inputs.
        began: when the update began, by the clock of this machine, which also sets the update's time.
        ended: when the update had ended.
        listed: the stack as the backend listed it before; without an update it must still be listed so.
        updated: whether an update was made.
    """

    fingerprint: str
    began: datetime
    ended: datetime
    listed: ListedStack | None
    updated: bool

    def is_last(self, now: ListedStack | None) -> bool:
        """Return whether the stack as listed now is the result of this run, without a later update."""
        if now is None or now.updated is None or now.in_progress:
            return False
        if not self.updated:
            return now == self.listed
        # The backend lists milliseconds, rounded down.
        began = self.began.replace(microsecond=self.began.microsecond // 1000 * 1000)
        return began <= datetime.fromisoformat(now.updated) <= self.ended


class Recorder:
    """Collect the results of a run and record them; methods can be called from any thread.

    A run that is killed loses the records of at most the last half minute; those tenants are run again.

    Args:
        stacks: the `pulumi` command and the project.
        inputs: the shared inputs at the start of the run.
        shard: the run's shard, whose records have a stack of their own.
        listed: all stacks at the start of the run.
    """

    def __init__(
        self,
        stacks: Stacks,
        inputs: Inputs,
        shard: Shard | None = None,
        listed: Mapping[str, ListedStack] | None = None,
    ) -> None:
        self._stacks, self._inputs, self._shard = stacks, inputs, shard
        self._listed_before = listed or {}
        self._pending: dict[str, Success | None] = {}
        self._lock = threading.Lock()
        self._next = time.monotonic() + _INTERVAL_SECONDS

    def succeeded(self, stack: str, success: Success) -> None:
        """Record a tenant with the next write, unless another command updates it before."""
        with self._lock:
            self._pending[stack] = success

    def forget(self, stack: str) -> None:
        """Remove a tenant's record, so that the next run does not skip the tenant."""
        with self._lock:
            self._pending[stack] = None

    def write_if_due(self) -> None:
        """Write if enough time has passed; after an error the records are part of the next write."""
        if self._pending and time.monotonic() >= self._next:
            began = time.monotonic()
            try:
                self.write()
            except StackError:
                pass  # the write at the end of the run reports it
            finally:
                self._next = time.monotonic() + max(_INTERVAL_SECONDS, _SHARE * (time.monotonic() - began))

    def write(self) -> None:
        """Write all pending records.

        Raises:
            StackError: Pulumi cannot write them, or the shared inputs changed during the run, so that the
                applied inputs are unknown.
        """
        with self._lock:
            pending = dict(self._pending)
        if not pending:
            return
        changed = Inputs.of(self._stacks.project, self._inputs.digests["engine"]) != self._inputs
        listed = {} if changed else self._listed([stack for stack, success in pending.items() if success])
        Records(self._stacks, records_stack(self._shard)).write(
            {
                stack: _record(success, listed.get(stack)) if success else None
                for stack, success in pending.items()
            }
        )
        with self._lock:
            for stack, success in pending.items():
                # An entry that was added during the write is part of the next one.
                if self._pending.get(stack) is success:
                    del self._pending[stack]
        if changed:
            raise StackError(
                "the program, the package, the policies or their versions were changed during the run, so "
                "that no tenant is recorded as up to date. Run the command again"
            )

    def _listed(self, stacks: Sequence[str]) -> Mapping[str, ListedStack | None]:
        """Return the current list entries of these stacks; it can contain other stacks too.

        Listing reads the states of all stacks, so it takes longer than reading the states of a few stacks.
        """
        before = self._listed_before
        if len(stacks) * _STACKS_IN_ONE_READING > len(before) or any(
            stack.at_service for stack in before.values()
        ):
            return self._stacks.list_stacks() if stacks else {}
        with ThreadPoolExecutor(_READINGS_AT_ONCE) as pool:
            return dict(zip(stacks, pool.map(self._stacks.listed_stack, stacks), strict=True))


def now() -> datetime:
    """Return the current time of this machine."""
    return datetime.now(UTC)


def _record(success: Success, listed: ListedStack | None) -> Record | None:
    if listed is None or listed.updated is None or not success.is_last(listed):
        return None
    return Record(fingerprint=success.fingerprint, updated=listed.updated, resources=listed.resources)
