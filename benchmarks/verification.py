"""Measure the decision on a token, compared with a bare signature check."""

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
    """Measure, in each round, a bare check, a decision on a new token and one on a cached token.

    The result is the minimum of several repetitions, to exclude the load of other processes.
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
            raise RuntimeError("the sample's token is denied")

        def decide() -> None:
            for token in tokens:
                validator.decide(address, token)

        for _ in range(ROUNDS):
            best = [inf, inf, inf]
            for _ in range(REPEATS):
                validator = Validator(settings, keys)  # with an empty cache
                best = [min(pair) for pair in zip(best, map(_seconds, (bare, decide, decide)), strict=True)]
            for measured, seconds in zip(times, best, strict=True):
                measured.append(seconds)
    bare_times, new_times, cached_times = times
    return [
        Figure("bare RS256 check", tuple(1e6 * t for t in bare_times), "µs"),
        Figure("token not seen before", ratios(new_times, bare_times), "bare checks", 2.6),
        Figure("token seen before", ratios(cached_times, bare_times), "bare checks", 0.2),
    ]


def _parts(token: str) -> tuple[bytes, bytes]:
    signed, _, signature = token.rpartition(".")
    return urlsafe_b64decode(signature + "=="), signed.encode()


def _seconds(action: Callable[[], None]) -> float:
    """Return the time for one token."""
    start = perf_counter()
    action()
    return (perf_counter() - start) / TOKENS
