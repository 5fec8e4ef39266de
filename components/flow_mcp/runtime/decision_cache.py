"""Cache of decisions: an MCP client sends the same token with every call."""

from __future__ import annotations

from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from flow_mcp.runtime.compact import MAX_TOKEN_LENGTH
from flow_mcp.runtime.decision import Decision

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_MAX_ADDRESS_LENGTH = 1024


class Call(NamedTuple):
    """The cache key of a call: the digest of its token, and its address."""

    token: bytes
    address: str

    @classmethod
    def of(cls, address: str, token: str | None) -> Call | None:
        """Return the key of a call; None if the call has no token or is too large to cache."""
        if token is None or len(token) > MAX_TOKEN_LENGTH or len(address) > _MAX_ADDRESS_LENGTH:
            return None
        return cls(sha256(token.encode("utf-8", "surrogatepass")).digest(), address)


class CachedDecision(NamedTuple):
    """A decision that allowed a call, its keys, and its validity in seconds since 1970."""

    decision: Decision
    authority: str
    keys: KeySet
    since: int
    until: int


class DecisionCache:
    """A thread-safe cache of decisions that allowed a call, for one settings document.

    A cached decision is returned only while `decide` would return the same: from the time when it was made
    until the token's `exp`. During the clock skew after `exp`, tokens are evaluated again. The caller must
    check that the authority's keys are still the same object: each fetch creates a new one, so that no
    decision outlives a removed key. Other settings need another cache.

    Denied calls are not cached: invalid tokens could displace the decisions of valid ones.

    Args:
        size: Maximum number of decisions; the oldest is removed first. 0 disables the cache.
    """

    def __init__(self, size: int = 1024) -> None:
        self._size = size
        self._decisions: dict[Call, CachedDecision] = {}
        self._changing = Lock()

    def __len__(self) -> int:
        return len(self._decisions)

    def get(self, call: Call, now: int) -> CachedDecision | None:
        """Return the cached decision that is valid at `now`, in seconds since 1970; None if there is none."""
        cached = self._decisions.get(call)
        return cached if cached is not None and cached.since <= now < cached.until else None

    def keep(self, call: Call, decision: Decision, keys: KeySet, now: int) -> None:
        """Add a new decision if it allowed the call."""
        if decision.authority is None or decision.expires_at is None or not self._size:
            return
        cached = CachedDecision(decision, decision.authority, keys, now, decision.expires_at)
        with self._changing:
            if len(self._decisions) >= self._size:
                del self._decisions[next(iter(self._decisions))]
            self._decisions[call] = cached
