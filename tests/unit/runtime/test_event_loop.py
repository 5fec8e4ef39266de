"""Tests of decisions on an event loop with slow authorization servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import anyio
import httpx
from anyio.lowlevel import checkpoint

from flow_mcp.runtime import KeyCache, Reason, Validator
from flow_mcp.runtime.event_loop import EventLoopDecider
from flow_mcp.settings import SettingsDocument
from tests.unit.runtime import acme
from tests.unit.runtime.acme import NOW, PRODUCTION, claims, key, token
from tests.unit.runtime.network import Clock, FakeServer

LIFETIME, RETRY = 600.0, 10.0


class SlowServer(FakeServer):
    """A server that delays its answers until the test releases them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may_answer = Event(), Event()

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.set()
        assert self.may_answer.wait(60)
        return super()._answer(request)


async def until_asked(network: SlowServer) -> None:
    with anyio.fail_after(60):
        while not network.asked.is_set():
            await checkpoint()


@contextmanager
def tenant(network: FakeServer, clock: Clock) -> Iterator[Validator]:
    with network.client() as client:
        yield Validator(acme.settings(), KeyCache(client, clock), clock)


def lasting(name: str = "k1") -> str:
    return token(claims(exp=NOW + 100_000), signed_by=key(name))


def test_the_event_loop_is_not_blocked_by_a_fetch() -> None:
    network, reasons = SlowServer(), []

    async def main(validator: Validator) -> None:
        decider = EventLoopDecider()

        async def decide(text: str | None) -> None:
            reasons.append((await decider.decide(validator, PRODUCTION, text)).reason)

        async with anyio.create_task_group() as calls:
            calls.start_soon(decide, token())
            await until_asked(network)
            await decide(None)
            network.may_answer.set()

    with tenant(network, Clock(NOW)) as validator:
        anyio.run(main, validator)
    assert reasons == [Reason.NO_TOKEN, Reason.ALLOWED]


def test_calls_that_wait_for_the_same_keys_share_one_fetch_in_one_thread() -> None:
    network, reasons = SlowServer(), []

    async def main(validator: Validator) -> None:
        decider = EventLoopDecider()

        async def decide(text: str) -> None:
            reasons.append((await decider.decide(validator, PRODUCTION, text)).reason)

        async with anyio.create_task_group() as calls:
            for number in range(200):
                calls.start_soon(decide, token() if number % 2 else token(kid=f"k{number}x"))
            await until_asked(network)
            assert decider._threads is not None
            assert decider._threads.borrowed_tokens == 1
            assert reasons == []
            network.may_answer.set()

    with tenant(network, Clock(NOW)) as validator:
        anyio.run(main, validator)
    assert network.fetches() == 1
    assert sorted(reasons) == [Reason.ALLOWED] * 100 + [Reason.UNKNOWN_KEY] * 100


def test_during_a_fetch_of_due_keys_other_calls_use_the_cached_keys() -> None:
    network, clock, reasons = SlowServer(), Clock(NOW), []
    network.may_answer.set()

    async def main(validator: Validator) -> None:
        decider = EventLoopDecider()

        async def decide() -> None:
            reasons.append((await decider.decide(validator, PRODUCTION, lasting())).reason)

        await decide()
        clock.now += LIFETIME
        network.may_answer.clear()
        network.asked.clear()
        async with anyio.create_task_group() as calls:
            calls.start_soon(decide)
            await until_asked(network)
            await decide()
            assert reasons == [Reason.ALLOWED] * 2
            network.may_answer.set()

    with tenant(network, clock) as validator:
        anyio.run(main, validator)
    assert reasons == [Reason.ALLOWED] * 3
    assert network.fetches() == 2


def test_decisions_equal_those_of_the_validator() -> None:
    network, clock = FakeServer(), Clock(NOW)

    async def main(validator: Validator) -> list[Reason]:
        decider = EventLoopDecider()
        reasons = []
        for text in (token(), lasting("k2"), token(claims(aud="x")), None):
            reasons.append((await decider.decide(validator, PRODUCTION, text)).reason)
            network.publish("k1", "k2")
            clock.now += RETRY
        return reasons

    with tenant(network, clock) as validator:
        reasons = anyio.run(main, validator)
    assert reasons == [Reason.ALLOWED, Reason.ALLOWED, Reason.WRONG_AUDIENCE, Reason.NO_TOKEN]


def test_an_unreachable_server_delays_only_one_call() -> None:
    network, clock = FakeServer(), Clock(NOW)
    network.down = True

    async def main(validator: Validator) -> set[Reason]:
        decider = EventLoopDecider()
        return {(await decider.decide(validator, PRODUCTION, token())).reason for _ in range(50)}

    with tenant(network, clock) as validator:
        assert anyio.run(main, validator) == {Reason.KEYS_UNAVAILABLE}
    assert len(network.requests) == 1


def test_slow_servers_of_a_hundred_tenants_do_not_delay_another_tenant() -> None:
    slow, well, reasons = SlowServer(), FakeServer(), []
    asked: set[str] = set()

    def answer_slowly(request: httpx.Request) -> httpx.Response:
        asked.add(request.url.host)
        assert slow.may_answer.wait(60)
        raise httpx.ReadTimeout("no complete answer within the time limit", request=request)

    def of_another(number: int) -> tuple[SettingsDocument, str]:
        authority = f"https://id{number}.example"
        text = acme.settings().model_dump_json().replace(acme.AUTHORITY, authority)
        return SettingsDocument.model_validate_json(text), token(claims(iss=authority))

    async def main() -> None:
        decider = EventLoopDecider()

        async def decide(validator: Validator, text: str) -> None:
            reasons.append((await decider.decide(validator, PRODUCTION, text)).reason)

        async with anyio.create_task_group() as calls:
            for number in range(100):
                document, text = of_another(number)
                calls.start_soon(decide, Validator(document, KeyCache(http, Clock(NOW)), Clock(NOW)), text)
            with anyio.fail_after(60):
                while len(asked) < 100:
                    await checkpoint()
            with tenant(well, Clock(NOW)) as validator:
                await decide(validator, token())
            assert reasons == [Reason.ALLOWED]
            slow.may_answer.set()

    with httpx.Client(transport=httpx.MockTransport(answer_slowly)) as http:
        anyio.run(main)
    assert reasons == [Reason.ALLOWED, *[Reason.KEYS_UNAVAILABLE] * 100]
