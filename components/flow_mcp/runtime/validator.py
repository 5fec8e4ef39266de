"""The decision with a clock and keys that are fetched as needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from flow_mcp.runtime.decide import decide
from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.reason import Reason

if TYPE_CHECKING:
    from flow_mcp.settings import SettingsDocument


class Validator:
    """Decides calls to one tenant's protected resources. Threads may share it.

    Args:
        settings: The tenant's document; None while it has none: then every call is answered 401.
        keys: Where keys are kept; tenants may share one.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        settings: SettingsDocument | None,
        keys: KeyCache | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._keys = KeyCache() if keys is None else keys
        self._clock = clock
        self._servers = (
            {server.authority: server for server in settings.authorization_servers} if settings else {}
        )

    def decide(self, resource: str, token: str | None) -> Decision:
        """Decide one call, as `flow_mcp.runtime.decide` does.

        Keys are fetched only for a token that names an accepted issuer: when they are due, when there are
        none, or when its key is unknown. Only then this waits, for some seconds at most.
        """
        decision = self._decide(resource, token)
        server = self._servers.get(decision.authority or "")
        if server is None:
            return decision
        wanted = decision.reason in {Reason.UNKNOWN_KEY, Reason.KEYS_UNAVAILABLE}
        if self._keys.refresh(server, wanted=wanted):
            return self._decide(resource, token)
        return decision

    def _decide(self, resource: str, token: str | None) -> Decision:
        keys = self._keys.known(self._servers.values())
        return decide(self._settings, resource, token, keys, int(self._clock()))
