"""Tests of the decision cache: a cached decision always equals a new one."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flow_mcp.runtime import Decision, KeyCache, Reason, Validator, decide
from flow_mcp.runtime.decision_cache import CachedDecision, Call, DecisionCache
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AUTHORITY, GONE, NOW, PRODUCTION, TEST, claims, keys, program, token
from tests.unit.runtime.network import Clock, FakeServer

SETTINGS, KEYS, GOOD = acme.settings(), keys(), token()
ALLOWED = decide(SETTINGS, PRODUCTION, GOOD, KEYS, NOW)


def call(address: str = PRODUCTION, text: str = GOOD) -> Call:
    created_call = Call.of(address, text)
    assert created_call is not None
    return created_call


@pytest.fixture
def seen() -> DecisionCache:
    kept = DecisionCache()
    kept.keep(call(), ALLOWED, KEYS[AUTHORITY], NOW)
    return kept


@pytest.mark.parametrize("now", [NOW, NOW + 299])
def test_the_same_call_gets_the_same_decision(seen: DecisionCache, now: int) -> None:
    assert seen.get(call(), now) == CachedDecision(ALLOWED, AUTHORITY, KEYS[AUTHORITY], NOW, NOW + 300)


@pytest.mark.parametrize(
    ("different_call", "now"),
    [
        pytest.param(call(TEST), NOW, id="another resource"),
        pytest.param(call(PRODUCTION + "/x"), NOW, id="an address below"),
        pytest.param(call(text=GOOD[:-1]), NOW, id="another token"),
        pytest.param(call(text="\ud800"), NOW, id="what is no text"),
        pytest.param(call(), NOW + 300, id="after exp"),
        pytest.param(call(), NOW - 1, id="a clock set back"),
    ],
)
def test_a_different_call_is_not_cached(seen: DecisionCache, different_call: Call, now: int) -> None:
    assert seen.get(different_call, now) is None


@pytest.mark.parametrize(
    ("address", "text"),
    [(PRODUCTION, None), (PRODUCTION, "x" * (16 * 1024 + 1)), (PRODUCTION + "/" + "x" * 1024, GOOD)],
)
def test_missing_and_large_tokens_are_not_cached(address: str, text: str | None) -> None:
    assert Call.of(address, text) is None


@pytest.mark.parametrize("text", [token(claims(aud=TEST)), token(claims(scope="openid")), "opaque", ""])
def test_denied_calls_are_not_cached(text: str) -> None:
    kept = DecisionCache()
    kept.keep(call(text=text), decide(SETTINGS, PRODUCTION, text, KEYS, NOW), KEYS[AUTHORITY], NOW)
    assert len(kept) == 0


def test_the_oldest_decision_is_removed_first() -> None:
    kept = DecisionCache(2)
    first, second, third = call(), call(PRODUCTION + "/a"), call(PRODUCTION + "/b")
    for key in (first, second, third):
        kept.keep(key, ALLOWED, KEYS[AUTHORITY], NOW)
    assert [kept.get(key, NOW) is not None for key in (first, second, third)] == [False, True, True]
    assert len(kept) == 2


def test_a_cache_of_size_0_keeps_nothing() -> None:
    kept = DecisionCache(0)
    kept.keep(call(), ALLOWED, KEYS[AUTHORITY], NOW)
    assert len(kept) == 0


def test_the_cache_contains_no_token(seen: DecisionCache) -> None:
    assert GOOD.rpartition(".")[2] not in repr(seen._decisions)


LONG = token(claims(exp=NOW + 900))
TOKENS = [
    LONG,
    token(claims(exp=NOW + 30, nbf=NOW - 200, iat=NOW - 200)),
    token(claims(exp=NOW + 200.5, nbf=NOW + 40, iat=GONE)),
    token(program(exp=NOW + 900)),
    token(claims(exp=NOW + 900), signed_by=acme.key("k2")),
    "opaque",
    None,
]
# A step: the published keys (None: the server is down), the time that passes, and a call.
STEPS = st.lists(
    st.tuples(
        st.sampled_from([("k1",), ("k2",), ("k1", "k2"), None]),
        st.sampled_from([0, 1, 59, 61, 130, -60]),
        st.sampled_from([PRODUCTION, PRODUCTION, TEST, PRODUCTION + "/mcp"]),
        st.sampled_from(TOKENS),
    ),
    max_size=12,
)
K1, K2 = ("k1",), ("k2",)


@settings(max_examples=100)
@given(STEPS)
@example([(K1, 0, PRODUCTION, LONG), (K2, 61, PRODUCTION, LONG)]).via("a key is removed")
@example([(K1, 0, PRODUCTION, LONG), (None, 130, PRODUCTION, LONG), (None, 61, PRODUCTION, LONG)])
@example([(K1, 0, PRODUCTION, TOKENS[1]), (K1, 61, PRODUCTION, TOKENS[1]), (K1, 59, PRODUCTION, TOKENS[1])])
def test_a_cached_decision_equals_a_new_one_at_every_time(
    steps: list[tuple[tuple[str, ...] | None, int, str, str | None]],
) -> None:
    network, clock = FakeServer(), Clock(NOW)
    with network.client() as client:
        cache = KeyCache(client, clock, lifetime=60, kept_while_down=120)
        validator = Validator(SETTINGS, cache, clock, cached_decisions=3)
        for published, seconds, address, text in steps:
            network.down = published is None
            network.publish(*(published or ()))
            clock.now += seconds
            assert validator.decide(address, text) == fresh(cache, address, text, clock)


def fresh(cache: KeyCache, address: str, text: str | None, clock: Clock) -> Decision:
    return decide(SETTINGS, address, text, cache.known(SETTINGS.authorization_servers), int(clock()))


def test_the_validator_evaluates_a_token_once(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def counted(*arguments: object) -> Decision:
        judged.append(str(arguments[1]))
        return decide(*arguments)  # type: ignore[arg-type] # what it was called with

    monkeypatch.setattr("flow_mcp.runtime.validator.decide", counted)
    network = FakeServer()
    with network.client() as client:
        validator = Validator(SETTINGS, KeyCache(client), lambda: NOW)
        decisions = [validator.decide(PRODUCTION, GOOD) for _ in range(10)]
    assert {decision.reason for decision in decisions} == {Reason.ALLOWED}
    assert len(judged) == 2  # the first without keys, which makes them be fetched
    assert decisions[0].authority == AUTHORITY


def test_a_call_to_a_long_address_is_allowed_and_not_cached() -> None:
    network = FakeServer()
    with network.client() as client:
        validator = Validator(SETTINGS, KeyCache(client), lambda: NOW)
        for _ in range(2):
            assert validator.decide(f"{PRODUCTION}/{'x' * 1024}", GOOD).allowed
    assert len(validator._decisions) == 0
