"""How a program runs against Pulumi's mocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pulumi


def run(mocks: pulumi.runtime.Mocks, program: Callable[[], Awaitable[None] | None]) -> None:
    """Run a program that asks mocks for its resources, to the end of all that it asked for.

    The SDK takes the event loop that it finds, and a thread has none once `asyncio.run` was used in it; it
    keeps the mocks as long as the context lasts, and leaves open the loops in which the mocks answer, one a
    thread. Here all that is the program's own, and ends with it.
    """
    with ExitStack() as answering:

        def start_thread() -> None:
            asyncio.set_event_loop(answering.enter_context(closing(asyncio.new_event_loop())))

        async def mocked() -> None:
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(initializer=start_thread))
            pulumi.runtime.set_mocks(mocks)
            pulumi.runtime.test(program)()  # type: ignore[no-untyped-call] # the SDK's is not typed

        asyncio.run(mocked())
