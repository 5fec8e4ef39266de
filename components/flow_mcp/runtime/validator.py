"""Decide calls with the current time and with keys that are fetched as needed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from flow_mcp.runtime.decide import decide
from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.decision_cache import Call, DecisionCache
from flow_mcp.runtime.dpop import DpopCall, UsedProof
from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.proofs import ProofMemory
from flow_mcp.runtime.reason import Reason

if TYPE_CHECKING:
    from flow_mcp.settings import AuthorizationServer, SettingsDocument

_KEYS_MISSING = frozenset({Reason.UNKNOWN_KEY, Reason.KEYS_UNAVAILABLE})


class KeyRefresh(NamedTuple):
    """A fetch of keys that are due, or whose absence made a decision fail."""

    keys: KeyCache
    server: AuthorizationServer
    missing: bool

    def fetch(self) -> bool:
        """Fetch the keys or wait for a running fetch, with a deadline; return whether to decide again."""
        return self.keys.refresh(self.server, missing=self.missing)


class Validator:
    """A thread-safe validator of calls to one tenant's protected resources.

    Args:
        settings: The tenant's settings document; None if it has none: every call is then answered 401.
        keys: The cache of authorization servers' keys; tenants may share one.
        clock: Returns seconds since 1970.
        cached_decisions: Maximum number of allowed calls in the `DecisionCache`.
        proofs: The memory of used DPoP proofs; one that outlives the validator if settings can change.
    """

    def __init__(
        self,
        settings: SettingsDocument | None,
        keys: KeyCache | None = None,
        clock: Callable[[], float] = time.time,
        cached_decisions: int = 1024,
        proofs: ProofMemory | None = None,
    ) -> None:
        self._settings = settings
        self._keys = KeyCache() if keys is None else keys
        self._clock = clock
        self._decisions = DecisionCache(cached_decisions)
        self._proofs = ProofMemory() if proofs is None else proofs
        self._servers = (
            {server.authority: server for server in settings.authorization_servers} if settings else {}
        )

    def dpop_call(self, proofs: tuple[str, ...], method: str, nonces: tuple[str, ...] = ()) -> DpopCall:
        """Return the DPoP part of one call, whose proof no other call of this tenant may use.

        Args:
            proofs: Values of all `DPoP` headers.
            method: HTTP method of the call.
            nonces: Nonces of which the proof must have one; none are required if it is empty.
        """
        call = object()

        def first_use(proof: UsedProof) -> bool:
            return self._proofs.first_use(proof, call, self._clock())

        return DpopCall(proofs, method, first_use, nonces)

    def decide(self, resource: str, token: str | None, dpop: DpopCall | None = None) -> Decision:
        """Decide one call, as `flow_mcp.runtime.decide` does.

        Keys are fetched only for a token that names an accepted issuer: when they are due, when there are
        none, or when the token's key is unknown. The call then waits up to `DEADLINE_SECONDS`.
        """
        decision, refresh = self.attempt(resource, token, dpop)
        if refresh is not None and refresh.fetch():
            decision, _ = self.attempt(resource, token, dpop)
        return decision

    def attempt(
        self, resource: str, token: str | None, dpop: DpopCall | None = None
    ) -> tuple[Decision, KeyRefresh | None]:
        """Decide with the cached keys; also return a `KeyRefresh` if keys must be fetched. It never waits."""
        now = int(self._clock())
        # Each call with DPoP has a proof of its own, so that no decision applies to the next call.
        call = Call.of(resource, token) if dpop is None else None
        if call is not None:
            cached = self._decisions.get(call, now)
            if cached is not None and self._keys.current(self._servers[cached.authority]) is cached.keys:
                return cached.decision, None

        keys = self._keys.known(self._servers.values())
        decision = decide(self._settings, resource, token, keys, now, dpop)
        server = self._servers.get(decision.authority or "")
        if server is None:
            return decision, None
        if decision.allowed and call is not None:
            self._decisions.keep(call, decision, keys[server.authority], now)
        missing = decision.reason in _KEYS_MISSING
        if not self._keys.needs_refresh(server, missing=missing):
            return decision, None
        return decision, KeyRefresh(self._keys, server, missing)
