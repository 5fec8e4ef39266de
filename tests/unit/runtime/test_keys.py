"""Tests of the key cache: lifetime, and limit of fetches."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import httpx
import pytest

from flow_mcp.runtime import KeyCache, keys
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AUTHORITY
from tests.unit.runtime.network import METADATA_URL, Clock, FakeServer

SERVER = acme.server()
LIFETIME, RETRY, KEPT = 600.0, 10.0, 7200.0


@pytest.fixture
def network() -> FakeServer:
    return FakeServer()


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def cache(network: FakeServer, clock: Clock) -> Iterator[KeyCache]:
    with network.client() as client:
        yield KeyCache(client, clock)


def kids(cache: KeyCache) -> list[str | None] | None:
    known = cache.known([SERVER])
    return [key.kid for key in known[AUTHORITY]] if known else None


def test_no_keys_are_known_before_the_first_fetch_and_known_does_not_fetch(
    cache: KeyCache, network: FakeServer
) -> None:
    assert kids(cache) is None
    assert network.requests == []


def test_keys_are_fetched_once_and_kept(cache: KeyCache, network: FakeServer, clock: Clock) -> None:
    assert cache.refresh(SERVER, missing=True)
    assert kids(cache) == ["k1"]
    clock.now += LIFETIME - 1
    assert not cache.refresh(SERVER)
    assert network.fetches() == 1


def test_keys_are_fetched_again_after_their_lifetime_and_removed_ones_expire(
    cache: KeyCache, network: FakeServer, clock: Clock
) -> None:
    cache.refresh(SERVER, missing=True)
    network.publish("k2")
    clock.now += LIFETIME
    assert cache.refresh(SERVER)
    assert kids(cache) == ["k2"]


def test_an_empty_key_set_replaces_the_cached_keys(
    cache: KeyCache, network: FakeServer, clock: Clock
) -> None:
    cache.refresh(SERVER, missing=True)
    network.publish()
    clock.now += LIFETIME
    assert cache.refresh(SERVER)
    assert kids(cache) == []


def test_missing_keys_are_fetched_at_once_within_the_limit(
    cache: KeyCache, network: FakeServer, clock: Clock
) -> None:
    cache.refresh(SERVER, missing=True)
    for _ in range(1000):
        assert not cache.refresh(SERVER, missing=True)
    assert network.fetches() == 1
    clock.now += RETRY
    assert cache.refresh(SERVER, missing=True)
    assert not cache.refresh(SERVER, missing=True)
    assert network.fetches() == 2


def test_failed_fetches_are_limited_like_successful_ones(
    cache: KeyCache, network: FakeServer, clock: Clock
) -> None:
    network.down = True
    for _ in range(100):
        assert not cache.refresh(SERVER, missing=True)
    assert network.requests == [METADATA_URL]
    clock.now += RETRY
    network.down = False
    assert cache.refresh(SERVER, missing=True)
    assert kids(cache) == ["k1"]


def test_keys_are_kept_until_the_limit_while_the_server_is_down(
    cache: KeyCache, network: FakeServer, clock: Clock
) -> None:
    cache.refresh(SERVER, missing=True)
    network.down = True
    clock.now += LIFETIME
    assert not cache.refresh(SERVER)
    assert kids(cache) == ["k1"]
    clock.now += KEPT - 1
    assert not cache.refresh(SERVER)
    assert kids(cache) == ["k1"]
    clock.now += 1
    assert kids(cache) is None


def test_a_failed_fetch_is_logged_with_its_cause(
    cache: KeyCache, network: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    network.down = True
    with caplog.at_level(logging.WARNING, "flow_mcp.runtime"):
        cache.refresh(SERVER, missing=True)
    assert [record.getMessage() for record in caplog.records] == [
        f"Cannot fetch the keys of the authorization server {AUTHORITY}: {METADATA_URL}: "
        f"ConnectError at {METADATA_URL}. Check that it runs and that this machine can reach it."
    ]


def test_each_authority_has_its_own_keys_and_its_own_limit(cache: KeyCache, network: FakeServer) -> None:
    other_authority = "https://id.acme.example/realms/other"
    second = SERVER.model_copy(
        update={"authority": other_authority, "metadata_url": other_authority + "/meta"}
    )
    network.describe(other_authority + "/meta", issuer=other_authority)
    assert cache.refresh(SERVER, missing=True)
    assert cache.refresh(second, missing=True)
    assert set(cache.known([SERVER, second])) == {AUTHORITY, other_authority}
    assert set(cache.known([second])) == {other_authority}


def test_tenants_with_the_same_server_share_its_keys(cache: KeyCache, network: FakeServer) -> None:
    another_tenants = SERVER.model_copy(update={"clients": ()})
    assert cache.refresh(SERVER, missing=True)
    assert not cache.refresh(another_tenants, missing=True)
    assert set(cache.known([another_tenants])) == {AUTHORITY}
    assert network.fetches() == 1


class SlowServer(FakeServer):
    """A server that delays its answers until the test releases them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = Event(), Event()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.set()
        assert self.may_answer.wait(10)
        return super()._answer(request)


def test_during_a_fetch_other_threads_use_the_cached_keys(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "DEADLINE_SECONDS", 60)  # whoever waited would outlast the server
    network = SlowServer()
    network.may_answer.set()
    with network.client() as client, ThreadPoolExecutor() as threads:
        cache = KeyCache(client, clock)
        cache.refresh(SERVER, missing=True)
        network.may_answer.clear()
        network.asked.clear()
        clock.now += LIFETIME
        fetching = threads.submit(cache.refresh, SERVER)
        assert network.asked.wait(10)
        assert not cache.refresh(SERVER)
        assert kids(cache) == ["k1"]
        network.may_answer.set()
        assert fetching.result(10)
    assert network.fetches() == 2


def test_threads_that_need_new_keys_wait_for_one_fetch(clock: Clock) -> None:
    network = SlowServer()
    with network.client() as client, ThreadPoolExecutor(8) as threads:
        cache = KeyCache(client, clock)
        first = threads.submit(cache.refresh, SERVER, missing=True)
        assert network.asked.wait(10)
        fetches = [threads.submit(cache.refresh, SERVER, missing=True) for _ in range(7)]
        assert not wait(fetches, timeout=0.2).done
        network.may_answer.set()
        assert first.result(10)
        assert all(fetch.result(10) for fetch in fetches)
        assert kids(cache) == ["k1"]
    assert network.fetches() == 1
