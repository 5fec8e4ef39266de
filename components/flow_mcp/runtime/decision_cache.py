"""Decisions kept for tokens that come again: every MCP call repeats its token."""

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
    """What makes a call the same call: its token, of which only a digest is kept, and where it goes."""

    token: bytes
    address: str

    @classmethod
    def of(cls, address: str, token: str | None) -> Call | None:
        """Give None for a call without a token, and for one too large to be remembered."""
        if token is None or len(token) > MAX_TOKEN_LENGTH or len(address) > _MAX_ADDRESS_LENGTH:
            return None
        return cls(sha256(token.encode("utf-8", "surrogatepass")).digest(), address)


class CachedDecision(NamedTuple):
    """A decision that allowed a call, and the keys that it was made with."""

    decision: Decision
    authority: str
    keys: KeySet
    since: int
    until: int


class DecisionCache:
    """Decisions that allowed a call, for one settings document; threads may share it.

    A kept decision is given again only while it is what `decide` would say: not before it was made and not
    after the token's `exp`; during the clock skew after that, tokens are judged anew. Whoever asks must see
    that the authority's keys are still the same object: each fetch makes a new one, so that no decision
    survives the removal of a key. Other settings need another object.

    Refusals are not kept: strangers could push the callers' decisions out.

    Args:
        size: Decisions at most; the oldest goes first. 0 keeps none.
    """

    def __init__(self, size: int = 1024) -> None:
        self._size = size
        self._seen: dict[Call, CachedDecision] = {}
        self._changing = Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def get(self, call: Call, now: int) -> CachedDecision | None:
        """Give what was decided of the same call, if the time allows; `now` in seconds since 1970."""
        seen = self._seen.get(call)
        return seen if seen is not None and seen.since <= now < seen.until else None

    def keep(self, call: Call, decision: Decision, keys: KeySet, now: int) -> None:
        """Keep a decision just made, if it allowed the call."""
        if decision.authority is None or decision.expires_at is None or not self._size:
            return
        seen = CachedDecision(decision, decision.authority, keys, now, decision.expires_at)
        with self._changing:
            if len(self._seen) >= self._size:
                del self._seen[next(iter(self._seen))]
            self._seen[call] = seen
