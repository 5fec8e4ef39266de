"""Decide calls on an event loop without blocking it."""

from __future__ import annotations

import math

from anyio import CapacityLimiter, Lock, to_thread

from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.dpop import DpopCall
from flow_mcp.runtime.validator import Validator


class EventLoopDecider:
    """An asynchronous `Validator.decide` that fetches keys in its own threads.

    It uses one thread for each authorization server. Calls that wait for the same keys wait without a
    thread, so that many tokens with unknown keys do not delay other calls.
    """

    def __init__(self) -> None:
        self._threads: CapacityLimiter | None = None
        self._fetching: dict[str, Lock] = {}

    async def decide(
        self, validator: Validator, resource: str, token: str | None, dpop: DpopCall | None = None
    ) -> Decision:
        """Decide one call. Only a call whose key is missing waits for a fetch."""
        decision, refresh = validator.attempt(resource, token, dpop)
        if refresh is None:
            return decision
        lock = self._fetching.setdefault(refresh.server.authority, Lock())
        if lock.locked() and not refresh.missing:
            return decision  # its keys are due for a refresh but valid; another call fetches them
        async with lock:
            # The previous holder of the lock may have fetched the keys.
            decision, refresh = validator.attempt(resource, token, dpop)
            if refresh is None:
                return decision
            if self._threads is None:
                # Unlimited, because the lock allows one thread for each authorization server. A slow server
                # must not delay others; each thread lives for `DEADLINE_SECONDS` at most.
                self._threads = CapacityLimiter(math.inf)
            refreshed = await to_thread.run_sync(refresh.fetch, limiter=self._threads)
        return validator.attempt(resource, token, dpop)[0] if refreshed else decision
