"""Decisions kept for tokens that come again: every MCP call repeats its token."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from flow_mcp.runtime.decision import Decision

if TYPE_CHECKING:
    from joserfc.jwk import KeySet


class _Seen(NamedTuple):
    decision: Decision
    keys: KeySet
    since: int
    until: int


class SeenTokens:
    """Decisions that allowed a call, for one settings document; threads may share it.

    A kept decision is given again only while it is what `decide` would say: to the same token at the same
    address, with the very key set that it was made with (each fetch makes a new one, so no decision
    survives the removal of a key), not before it was made and not after the token's `exp`. During the clock
    skew after `exp` tokens are judged anew. Other settings need another object.

    Refusals are not kept: strangers could push the callers' decisions out. Tokens are not kept either, only
    digests.

    Args:
        size: Decisions at most; the oldest goes first. 0 keeps none.
    """

    def __init__(self, size: int = 1024) -> None:
        self._size = size
        self._seen: dict[bytes, _Seen] = {}
        self._changing = Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def get(self, call: bytes, keys: Mapping[str, KeySet], now: int) -> Decision | None:
        """Give the kept decision, if it still stands.

        Args:
            call: What `call_digest` gives for the call.
            keys: The keys that would be used now, by authority.
            now: Seconds since 1970.
        """
        seen = self._seen.get(call)
        if seen is None:
            return None
        if seen.since <= now < seen.until and keys.get(seen.decision.authority or "") is seen.keys:
            return seen.decision
        with self._changing:
            self._seen.pop(call, None)
        return None

    def keep(self, decision: Decision, call: bytes, keys: Mapping[str, KeySet], now: int) -> None:
        """Keep a decision just made with the same arguments, if it allowed the call."""
        if decision.expires_at is None or decision.authority is None or not self._size:
            return
        seen = _Seen(decision, keys[decision.authority], now, decision.expires_at)
        with self._changing:
            if len(self._seen) >= self._size:
                del self._seen[next(iter(self._seen))]
            self._seen[call] = seen


def call_digest(address: str, token: str) -> bytes:
    """Digest what makes a call the same call: where it goes and its token.

    No address and no token that was allowed has a line break, so that no other pair reads like theirs.
    """
    return sha256(f"{address}\n{token}".encode("utf-8", "surrogatepass")).digest()
