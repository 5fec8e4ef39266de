"""Tests of decisions with keys that are fetched as needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flow_mcp.runtime import Decision, KeyCache, Reason, Validator
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AUTHORITY, DESKTOP, NOW, PRODUCTION, claims, key, token
from tests.unit.runtime.network import JWKS_URL, METADATA_URL, Clock, FakeServer

LIFETIME, RETRY, KEPT = 600.0, 10.0, 7200.0


@pytest.fixture
def network() -> FakeServer:
    return FakeServer()


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def validator(network: FakeServer, clock: Clock) -> Iterator[Validator]:
    with network.client() as client:
        yield Validator(acme.settings(), KeyCache(client, clock), clock)


def lasting(name: str = "k1") -> str:
    """Sign a token that is valid for all tests."""
    return token(claims(exp=NOW + 100_000), signed_by=key(name))


def test_the_first_token_causes_a_fetch_of_the_keys(validator: Validator, network: FakeServer) -> None:
    assert validator.decide(PRODUCTION, token()) == Decision(
        Reason.ALLOWED, None, PRODUCTION, AUTHORITY, DESKTOP, "kari", "person", NOW + 300
    )
    assert network.requests == [METADATA_URL, JWKS_URL]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no token"),
        pytest.param("opaque", id="an opaque token"),
        pytest.param(token(claims(iss="https://evil.example")), id="another server's token"),
    ],
)
def test_a_call_without_an_accepted_issuer_fetches_no_keys(
    validator: Validator, network: FakeServer, text: str | None
) -> None:
    assert validator.decide(PRODUCTION, text).status == 401
    assert network.requests == []


def test_a_rotated_key_is_accepted_at_its_first_token(
    validator: Validator, network: FakeServer, clock: Clock
) -> None:
    assert validator.decide(PRODUCTION, lasting("k1")).allowed
    network.publish("k2")
    clock.now += RETRY
    assert validator.decide(PRODUCTION, lasting("k2")).allowed
    assert validator.decide(PRODUCTION, lasting("k1")).reason is Reason.UNKNOWN_KEY


def test_a_thousand_unknown_keys_cause_one_fetch(
    validator: Validator, network: FakeServer, clock: Clock
) -> None:
    validator.decide(PRODUCTION, token())
    clock.now += RETRY
    reasons = {validator.decide(PRODUCTION, token(kid=f"k{number}x")).reason for number in range(1000)}
    assert reasons == {Reason.UNKNOWN_KEY}
    assert network.fetches() == 2


def test_tokens_of_a_removed_key_are_denied_after_the_lifetime(
    validator: Validator, network: FakeServer, clock: Clock
) -> None:
    assert validator.decide(PRODUCTION, lasting("k1")).allowed
    network.publish("k2")
    clock.now += LIFETIME - 1
    assert validator.decide(PRODUCTION, lasting("k1")).allowed
    clock.now += 1
    assert validator.decide(PRODUCTION, lasting("k1")).reason is Reason.UNKNOWN_KEY


def test_known_keys_are_valid_until_the_limit_while_the_server_is_down(
    validator: Validator, network: FakeServer, clock: Clock
) -> None:
    assert validator.decide(PRODUCTION, lasting()).allowed
    network.down = True
    clock.now += LIFETIME + KEPT - 1
    assert validator.decide(PRODUCTION, lasting()).allowed
    clock.now += 1
    assert validator.decide(PRODUCTION, lasting()).reason is Reason.KEYS_UNAVAILABLE
    network.down = False
    clock.now += RETRY
    assert validator.decide(PRODUCTION, lasting()).allowed


def test_calls_are_denied_until_the_server_was_reached(
    validator: Validator, network: FakeServer, clock: Clock
) -> None:
    network.down = True
    assert validator.decide(PRODUCTION, token()).reason is Reason.KEYS_UNAVAILABLE
    network.down = False
    assert validator.decide(PRODUCTION, token()).reason is Reason.KEYS_UNAVAILABLE
    clock.now += RETRY
    assert validator.decide(PRODUCTION, token()).allowed


def test_a_token_expires_by_the_clock(validator: Validator, clock: Clock) -> None:
    assert validator.decide(PRODUCTION, token()).allowed
    clock.now += 360
    assert validator.decide(PRODUCTION, token()).reason is Reason.EXPIRED


def test_without_settings_every_call_is_answered_401_without_a_fetch(
    network: FakeServer, clock: Clock
) -> None:
    with network.client() as client:
        closed = Validator(None, KeyCache(client, clock), clock)
        assert closed.decide(PRODUCTION, token()) == Decision(Reason.NO_SETTINGS, 'Bearer realm="Flow MCP"')
    assert network.requests == []


def test_a_validator_needs_only_settings() -> None:
    assert Validator(acme.settings()).decide(PRODUCTION, None).reason is Reason.NO_TOKEN
