"""Writes the records of a run's tenants: some at a time, and only of what succeeded."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from flow_mcp.engine.fleet.fingerprint import Inputs
from flow_mcp.engine.fleet.records import Record, Records
from flow_mcp.engine.stacks import Listed, StackError, Stacks

_SECONDS = 30.0
_SHARE = 20
"""Writing takes at most this part of the time."""


@dataclass(frozen=True)
class Success:
    """A tenant's run that succeeded.

    Attributes:
        fingerprint: of what was applied.
        began: when the update was begun, by the clock of this machine, which also sets the update's time.
        ended: when it had ended.
        listed: what the backend listed before; what it must list still where nothing was written.
        wrote: whether an update was made.
    """

    fingerprint: str
    began: datetime
    ended: datetime
    listed: Listed | None
    wrote: bool

    def is_last(self, now: Listed | None) -> bool:
        """Whether what the backend lists now is this run's work, and nobody's since."""
        if now is None or now.updated is None or now.in_progress:
            return False
        if not self.wrote:
            return now == self.listed
        # The list tells milliseconds, rounded down.
        began = self.began.replace(microsecond=self.began.microsecond // 1000 * 1000)
        return began <= datetime.fromisoformat(now.updated) <= self.ended


class Recorder:
    """Collects what a run did, and records it; any thread may add to it.

    A run that is killed loses the last half minute of its records: these tenants are run once more.

    Args:
        stacks: the `pulumi` command and the project.
        inputs: what the run began with.
    """

    def __init__(self, stacks: Stacks, inputs: Inputs) -> None:
        self._stacks, self._inputs = stacks, inputs
        self._waiting: dict[str, Success | None] = {}
        self._lock = threading.Lock()
        self._next = time.monotonic() + _SECONDS

    def succeeded(self, stack: str, success: Success) -> None:
        """Record a tenant at the next writing, unless somebody else has updated it by then."""
        with self._lock:
            self._waiting[stack] = success

    def forget(self, stack: str) -> None:
        """Remove a tenant's record: it has to be run the next time."""
        with self._lock:
            self._waiting[stack] = None

    def write_if_due(self) -> None:
        """Write when enough time has passed; what cannot be written waits for the next time."""
        if self._waiting and time.monotonic() >= self._next:
            began = time.monotonic()
            try:
                self.write()
            except StackError:
                pass  # the last writing says so
            finally:
                self._next = time.monotonic() + max(_SECONDS, _SHARE * (time.monotonic() - began))

    def write(self) -> None:
        """Write all that waits.

        Raises:
            StackError: Pulumi cannot write it, or the program was changed during the run, so that nobody
                knows what was applied.
        """
        with self._lock:
            taken = dict(self._waiting)
        if not taken:
            return
        changed = Inputs.of(self._stacks.project, self._inputs.digests["engine"]) != self._inputs
        listed = {} if changed else self._stacks.listed()
        Records(self._stacks).write(
            {
                stack: _record(success, listed.get(stack)) if success else None
                for stack, success in taken.items()
            }
        )
        with self._lock:
            for stack, success in taken.items():
                # What was added meanwhile waits for the next time.
                if self._waiting.get(stack) is success:
                    del self._waiting[stack]
        if changed:
            raise StackError(
                "the program, the package, the policies or their versions were changed during the run, so "
                "that no tenant is recorded as up to date: run it again"
            )


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


def _record(success: Success, listed: Listed | None) -> Record | None:
    if listed is None or listed.updated is None or not success.is_last(listed):
        return None
    return Record(fingerprint=success.fingerprint, updated=listed.updated, resources=listed.resources)
