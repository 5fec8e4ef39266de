"""A token's decision against a bare signature check of the same token."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from itertools import islice
from math import inf
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks import sample
from benchmarks.figures import Figure, ratios
from flow_mcp.runtime import KeyCache, Validator

TOKENS, ROUNDS, REPEATS = 100, 20, 5


def measure() -> list[Figure]:
    """Time, in each round, a bare check, a decision on a new token and one on a known token.

    The best of some repeats counts: what other processes took away is not the code's.
    """
    key = sample.signing_key()
    tokens = list(islice(sample.tokens(key), TOKENS))
    public = key.get_op_key("verify")
    if not isinstance(public, RSAPublicKey):
        raise TypeError("an RSA key has an RSA public key")
    checks = [_parts(token) for token in tokens]
    padding, digest = PKCS1v15(), SHA256()
    settings, address = sample.settings(), sample.address("acme")

    def bare() -> None:
        for signature, signed in checks:
            public.verify(signature, signed, padding, digest)

    times: tuple[list[float], ...] = [], [], []
    with sample.identity_provider(key) as client:
        keys = KeyCache(client)
        validator = Validator(settings, keys)
        if not validator.decide(address, tokens[0]).allowed:
            raise RuntimeError("the sample's token is refused")

        def decide() -> None:
            for token in tokens:
                validator.decide(address, token)

        for _ in range(ROUNDS):
            best = [inf, inf, inf]
            for _ in range(REPEATS):
                validator = Validator(settings, keys)  # which has seen nothing
                best = [min(pair) for pair in zip(best, map(_seconds, (bare, decide, decide)), strict=True)]
            for each, seconds in zip(times, best, strict=True):
                each.append(seconds)
    bare_times, unseen_times, seen_times = times
    return [
        Figure("bare RS256 check", tuple(1e6 * t for t in bare_times), "µs"),
        Figure("token not seen before", ratios(unseen_times, bare_times), "bare checks", 2.6),
        Figure("token seen before", ratios(seen_times, bare_times), "bare checks", 0.2),
    ]


def _parts(token: str) -> tuple[bytes, bytes]:
    signed, _, signature = token.rpartition(".")
    return urlsafe_b64decode(signature + "=="), signed.encode()


def _seconds(action: Callable[[], None]) -> float:
    """Give the time of one of the tokens."""
    start = perf_counter()
    action()
    return (perf_counter() - start) / TOKENS
