"""Remember used proofs, and issue the nonces that proofs must contain (RFC 9449, 9 and 11.1)."""

from __future__ import annotations

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from heapq import heappop, heappush
from threading import Lock

from flow_mcp.runtime.dpop import UsedProof


class ProofMemory:
    """A thread-safe memory of used proofs, for one tenant and one process.

    A proof is removed as soon as its time alone makes it invalid. If the memory is full, further proofs are
    refused: removing others would allow their replay. Each entry has a digest of 32 bytes.

    Args:
        size: Maximum number of proofs.
    """

    def __init__(self, size: int = 65_536) -> None:
        self._size = size
        self._calls: dict[bytes, object] = {}
        self._ends: list[tuple[int, bytes]] = []
        self._changing = Lock()

    def __len__(self) -> int:
        return len(self._calls)

    def first_use(self, proof: UsedProof, call: object, now: float) -> bool:
        """Record a proof; return False if another call used it, or if the memory is full.

        Args:
            proof: A valid proof.
            call: Identifies the call, which may be decided again after keys were fetched.
            now: Seconds since 1970.
        """
        digest = sha256(f"{proof.jkt}\n{proof.jti}".encode("utf-8", "surrogatepass")).digest()
        with self._changing:
            while self._ends and self._ends[0][0] < int(now):
                del self._calls[heappop(self._ends)[1]]
            if digest in self._calls:
                return self._calls[digest] is call
            if len(self._calls) >= self._size:
                return False
            self._calls[digest] = call
            heappush(self._ends, (proof.until, digest))
            return True


_KEY_BYTES = 32


class ProofNonces:
    """Nonces without a store: each is a keyed digest of the period in which it was issued.

    Args:
        key: A secret of at least 32 bytes. Processes that serve the same address must share it. Default: a
            random one.
        lifetime: Seconds of a period. A nonce is accepted in its period and in the next one.
        clock: Returns seconds since 1970.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(
        self, key: bytes | None = None, lifetime: int = 300, clock: Callable[[], float] = time.time
    ) -> None:
        if key is not None and len(key) < _KEY_BYTES:
            raise ValueError(f"the key of nonces must have at least {_KEY_BYTES} bytes")
        self._key = secrets.token_bytes(_KEY_BYTES) if key is None else key
        self._lifetime = lifetime
        self._clock = clock

    def accepted(self) -> tuple[str, str]:
        """Return the present nonce, which answers should contain, and the previous one."""
        period = int(self._clock()) // self._lifetime
        return self._nonce(period), self._nonce(period - 1)

    def _nonce(self, period: int) -> str:
        digest = hmac.digest(self._key, str(period).encode(), "sha256")
        return urlsafe_b64encode(digest[:18]).decode()
