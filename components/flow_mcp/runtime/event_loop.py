"""Decisions on an event loop, which never waits for an authorization server."""

from __future__ import annotations

import math

from anyio import CapacityLimiter, Lock, to_thread

from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.validator import Validator


class EventLoopDecider:
    """Decides as `Validator.decide` does; keys are fetched in threads of its own.

    One thread an authorization server: those who wait for the same keys wait without a thread, so that
    tokens with unknown keys, however many, hold up nobody else's.
    """

    def __init__(self) -> None:
        self._threads: CapacityLimiter | None = None
        self._fetching: dict[str, Lock] = {}

    async def decide(self, validator: Validator, resource: str, token: str | None) -> Decision:
        """Decide one call; only a call that needs keys which are not there waits for them."""
        decision, refresh = validator.attempt(resource, token)
        if refresh is None:
            return decision
        lock = self._fetching.setdefault(refresh.server.authority, Lock())
        if lock.locked() and not refresh.wanted:
            return decision  # by keys that are due but good; another call fetches
        async with lock:
            # Whoever had the lock before may have fetched them.
            decision, refresh = validator.attempt(resource, token)
            if refresh is None:
                return decision
            if self._threads is None:
                # No limit but one thread an authorization server: slow ones must not keep others waiting, and
                # each has its thread for `DEADLINE_SECONDS` at most.
                self._threads = CapacityLimiter(math.inf)
            again = await to_thread.run_sync(refresh.fetch, limiter=self._threads)
        return validator.attempt(resource, token)[0] if again else decision
