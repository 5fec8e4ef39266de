"""Decisions that are kept are what a fresh decision would be, at every time."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from joserfc.jwk import KeySet

from flow_mcp.runtime import Decision, KeyCache, Reason, Validator, decide
from flow_mcp.runtime.seen import SeenTokens, call_digest
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AUTHORITY, GONE, NOW, PRODUCTION, TEST, claims, keys, program, token
from tests.unit.runtime.network import Clock, FakeServer

SETTINGS, KEYS, GOOD = acme.settings(), keys(), token()
CALL = call_digest(PRODUCTION, GOOD)
ALLOWED = decide(SETTINGS, PRODUCTION, GOOD, KEYS, NOW)


@pytest.fixture
def seen() -> SeenTokens:
    kept = SeenTokens()
    kept.keep(ALLOWED, CALL, KEYS, NOW)
    return kept


def test_the_same_call_gets_the_same_decision(seen: SeenTokens) -> None:
    assert seen.get(CALL, KEYS, NOW) is ALLOWED
    assert seen.get(CALL, KEYS, NOW + 299) is ALLOWED


@pytest.mark.parametrize(
    ("address", "text", "with_keys", "now"),
    [
        pytest.param(TEST, GOOD, KEYS, NOW, id="another resource"),
        pytest.param(PRODUCTION + "/x", GOOD, KEYS, NOW, id="an address below"),
        pytest.param(PRODUCTION, GOOD[:-1], KEYS, NOW, id="another token"),
        pytest.param(PRODUCTION, GOOD, keys(), NOW, id="keys fetched anew"),
        pytest.param(PRODUCTION, GOOD, {}, NOW, id="keys gone"),
        pytest.param(PRODUCTION, GOOD, KEYS, NOW + 300, id="after exp"),
        pytest.param(PRODUCTION, GOOD, KEYS, NOW - 1, id="a clock set back"),
        pytest.param(PRODUCTION, "\ud800", KEYS, NOW, id="what is no text"),
        pytest.param("", f"{PRODUCTION}\n{GOOD}", KEYS, NOW, id="address and token in one"),
    ],
)
def test_any_other_call_is_decided_anew(
    seen: SeenTokens, address: str, text: str, with_keys: Mapping[str, KeySet], now: int
) -> None:
    assert seen.get(call_digest(address, text), with_keys, now) is None


def test_what_no_longer_stands_is_forgotten(seen: SeenTokens) -> None:
    assert len(seen) == 1
    seen.get(CALL, KEYS, NOW + 300)
    assert len(seen) == 0


@pytest.mark.parametrize("text", [token(claims(aud=TEST)), token(claims(scope="openid")), "opaque", ""])
def test_refusals_are_not_kept(text: str) -> None:
    kept = SeenTokens()
    kept.keep(decide(SETTINGS, PRODUCTION, text, KEYS, NOW), call_digest(PRODUCTION, text), KEYS, NOW)
    assert len(kept) == 0


def test_the_oldest_goes_first() -> None:
    kept = SeenTokens(2)
    for address in (PRODUCTION, f"{PRODUCTION}/a", f"{PRODUCTION}/b"):
        kept.keep(ALLOWED, call_digest(address, GOOD), KEYS, NOW)
    assert len(kept) == 2
    assert kept.get(CALL, KEYS, NOW) is None
    assert kept.get(call_digest(f"{PRODUCTION}/a", GOOD), KEYS, NOW) is ALLOWED


def test_none_are_kept_where_none_shall_be() -> None:
    kept = SeenTokens(0)
    kept.keep(ALLOWED, CALL, KEYS, NOW)
    assert len(kept) == 0


def test_no_token_is_kept(seen: SeenTokens) -> None:
    assert GOOD.rpartition(".")[2] not in repr(seen._seen)


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
# What the server publishes (None: it is down), how long nothing happens, and a call.
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
def test_a_kept_decision_equals_a_fresh_one_at_every_time(
    steps: list[tuple[tuple[str, ...] | None, int, str, str | None]],
) -> None:
    network, clock = FakeServer(), Clock(NOW)
    with network.client() as client:
        cache = KeyCache(client, clock, lifetime=60, kept_while_down=120)
        validator = Validator(SETTINGS, cache, clock, remembered=3)
        for published, seconds, address, text in steps:
            network.down = published is None
            network.publish(*(published or ()))
            clock.now += seconds
            assert validator.decide(address, text) == fresh(cache, address, text, clock)


def fresh(cache: KeyCache, address: str, text: str | None, clock: Clock) -> Decision:
    return decide(SETTINGS, address, text, cache.known(SETTINGS.authorization_servers), int(clock()))


def test_the_validator_judges_a_known_token_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
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
