"""Runs a Pulumi program with mocks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pulumi


def run(mocks: pulumi.runtime.Mocks, program: Callable[[], Awaitable[None] | None]) -> None:
    """Run a program with mocks, and return when all its resources are registered.

    The SDK uses the current event loop, but a thread has none after `asyncio.run`. It keeps the mocks for the
    lifetime of the context, and never closes the event loops of the threads in which the mocks answer. This
    function gives the program a context and event loops of its own and closes them afterwards.
    """
    with ExitStack() as event_loops:

        def start_thread() -> None:
            asyncio.set_event_loop(event_loops.enter_context(closing(asyncio.new_event_loop())))

        async def mocked() -> None:
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(initializer=start_thread))
            pulumi.runtime.set_mocks(mocks)
            pulumi.runtime.test(program)()  # type: ignore[no-untyped-call] # the SDK's is not typed

        asyncio.run(mocked())
