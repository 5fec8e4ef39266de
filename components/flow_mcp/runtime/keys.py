"""Cache the keys of authorization servers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from flow_mcp.runtime.discovery import DEADLINE_SECONDS, KeysUnavailableError, fetch_keys

if TYPE_CHECKING:
    import httpx
    from joserfc.jwk import KeySet

    from flow_mcp.settings import AuthorizationServer

_log = logging.getLogger("flow_mcp.runtime")


@dataclass(slots=True)
class _Entry:
    keys: KeySet | None = None
    fetched_at: float = 0.0
    tried_at: float | None = None
    fetching: Lock = field(default_factory=Lock)


class KeyCache:
    """A thread-safe cache of keys by authority, for any number of tenants.

    It makes at most one attempt to fetch in `retry_after` for each authority, regardless of the number of
    tokens with unknown keys. One attempt makes five requests at most. A key that a server no longer
    publishes is removed within `lifetime` or, while the server is down, within `lifetime + kept_while_down`.

    Args:
        client: HTTP client for all requests; without one, each attempt creates a client.
        clock: Returns monotonic time in seconds.
        lifetime: Seconds after which keys are fetched again.
        retry_after: Seconds between two attempts for one authority, successful or not.
        kept_while_down: Seconds beyond `lifetime` during which the last keys are used if no attempt succeeds.
    """

    def __init__(
        self,
        client: httpx.Client | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        lifetime: float = 600.0,
        retry_after: float = 10.0,
        kept_while_down: float = 7200.0,
    ) -> None:
        self._client = client
        self._clock = clock
        self._lifetime = lifetime
        self._retry_after = retry_after
        self._kept = lifetime + kept_while_down
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._adding = Lock()

    def known(self, servers: Iterable[AuthorizationServer]) -> dict[str, KeySet]:
        """Return the keys that may be used now, by authority. It never waits."""
        now = self._clock()
        usable = {}
        for server in servers:
            entry = self._entries.get((server.authority, server.metadata_url))
            if entry is not None and entry.keys is not None and now - entry.fetched_at < self._kept:
                usable[server.authority] = entry.keys
        return usable

    def current(self, server: AuthorizationServer) -> KeySet | None:
        """Return a server's keys if they are not yet due for a refresh, else None. It never waits."""
        entry = self._entries.get((server.authority, server.metadata_url))
        if entry is None or self._clock() - entry.fetched_at >= self._lifetime:
            return None
        return entry.keys

    def refresh(self, server: AuthorizationServer, *, missing: bool = False) -> bool:
        """Fetch a server's keys if they are due or missing; return whether to decide again.

        While one thread fetches, other threads use the cached keys. Only threads that miss a key wait.

        Args:
            server: The authorization server.
            missing: A key is missing: none are cached, or a token names an unknown one.
        """
        if not self.needs_refresh(server, missing=missing):
            return False
        entry = self._entry(server)
        if not entry.fetching.acquire(timeout=DEADLINE_SECONDS if missing else 0):
            return False
        try:
            if self._tried_lately(entry):
                return True  # another thread did, while this one waited
            entry.tried_at = self._clock()
            entry.keys = fetch_keys(server, self._client, self._clock)
            entry.fetched_at = entry.tried_at
        except KeysUnavailableError as error:
            _log.warning("%s", error)
            return False
        else:
            return True
        finally:
            entry.fetching.release()

    def needs_refresh(self, server: AuthorizationServer, *, missing: bool = False) -> bool:
        """Return whether `refresh` would fetch keys or wait for them. It never waits."""
        entry = self._entry(server)
        if entry.fetching.locked():
            return missing
        return (missing or self._is_due(entry)) and not self._tried_lately(entry)

    def forget_all_but(self, servers: Iterable[AuthorizationServer]) -> None:
        """Remove the keys of all servers other than these."""
        used = {(server.authority, server.metadata_url) for server in servers}
        with self._adding:
            self._entries = {key: entry for key, entry in self._entries.items() if key in used}

    def _tried_lately(self, entry: _Entry) -> bool:
        return entry.tried_at is not None and self._clock() - entry.tried_at < self._retry_after

    def _is_due(self, entry: _Entry) -> bool:
        return entry.keys is None or self._clock() - entry.fetched_at >= self._lifetime

    def _entry(self, server: AuthorizationServer) -> _Entry:
        key = (server.authority, server.metadata_url)
        entry = self._entries.get(key)
        if entry is None:
            with self._adding:
                entry = self._entries.setdefault(key, _Entry())
        return entry
