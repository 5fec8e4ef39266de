"""A person who waits for a client to ask for a login."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import anyio

from tests.interop.browser import Person
from tests.interop.desk import Desk, RefusedError

_PATIENCE_SECONDS = 45
_Result = TypeVar("_Result")


async def beside(
    call: Callable[[], Coroutine[Any, Any, _Result]], person: Callable[[], Coroutine[Any, Any, None]]
) -> _Result:
    """Run a client and, beside it, the person; whoever fails first ends both."""
    results: list[_Result] = []
    with anyio.fail_after(_PATIENCE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(person)
            results.append(await call())
            tasks.cancel_scope.cancel()
    return results[0]


async def sign_in_when_asked(desk: Desk, person: Person, output: Path) -> None:
    """Wait until a client has written an authorization URL, and do what it asks.

    Raises:
        RefusedError: the authorization server did not send the person back.
    """
    with anyio.fail_after(_PATIENCE_SECONDS):
        while not (found := re.search(r"https?://\S+/auth\?\S+(?=\s)", output.read_text())):
            await anyio.sleep(0.05)
    page = await anyio.to_thread.run_sync(desk.browser.sign_in, found[0], person)
    if not page.came_back:
        raise RefusedError(page.text)
