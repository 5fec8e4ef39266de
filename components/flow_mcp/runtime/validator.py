"""The decision with a clock and keys that are fetched as needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from flow_mcp.runtime.decide import decide
from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.decision_cache import Call, DecisionCache
from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.reason import Reason

if TYPE_CHECKING:
    from flow_mcp.settings import AuthorizationServer, SettingsDocument

_KEYS_WANTED = frozenset({Reason.UNKNOWN_KEY, Reason.KEYS_UNAVAILABLE})


class KeyRefresh(NamedTuple):
    """Keys that are due, or without which a call was refused."""

    keys: KeyCache
    server: AuthorizationServer
    wanted: bool

    def fetch(self) -> bool:
        """Fetch them, or wait for whoever does, for some seconds at most; tell whether to decide again."""
        return self.keys.refresh(self.server, wanted=self.wanted)


class Validator:
    """Decides calls to one tenant's protected resources. Threads may share it.

    Args:
        settings: The tenant's document; None while it has none: then every call is answered 401.
        keys: Where keys are kept; tenants may share one.
        clock: Seconds since 1970.
        remembered: How many allowed calls are remembered, see `SeenTokens`.
    """

    def __init__(
        self,
        settings: SettingsDocument | None,
        keys: KeyCache | None = None,
        clock: Callable[[], float] = time.time,
        remembered: int = 1024,
    ) -> None:
        self._settings = settings
        self._keys = KeyCache() if keys is None else keys
        self._clock = clock
        self._seen = DecisionCache(remembered)
        self._servers = (
            {server.authority: server for server in settings.authorization_servers} if settings else {}
        )

    def decide(self, resource: str, token: str | None) -> Decision:
        """Decide one call, as `flow_mcp.runtime.decide` does.

        Keys are fetched only for a token that names an accepted issuer: when they are due, when there are
        none, or when its key is unknown. Only then this waits, for some seconds at most.
        """
        decision, refresh = self.attempt(resource, token)
        if refresh is not None and refresh.fetch():
            decision, _ = self.attempt(resource, token)
        return decision

    def attempt(self, resource: str, token: str | None) -> tuple[Decision, KeyRefresh | None]:
        """Decide with the keys at hand, and give what fetches others if it is time to. This never waits."""
        now = int(self._clock())
        call = Call.of(resource, token)
        if call is not None:
            seen = self._seen.get(call, now)
            if seen is not None and self._keys.current(self._servers[seen.authority]) is seen.keys:
                return seen.decision, None

        keys = self._keys.known(self._servers.values())
        decision = decide(self._settings, resource, token, keys, now)
        server = self._servers.get(decision.authority or "")
        if server is None:
            return decision, None
        if decision.allowed and call is not None:
            self._seen.keep(call, decision, keys[server.authority], now)
        wanted = decision.reason in _KEYS_WANTED
        if not self._keys.needs_refresh(server, wanted=wanted):
            return decision, None
        return decision, KeyRefresh(self._keys, server, wanted)
