"""A person who signs in with the browser each time a client requests it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import anyio

from tests.interop.browser import Person
from tests.interop.desk import Desk, RefusedError

AUTHORIZATION_URL = re.compile(r"(https?://\S+/auth\?\S+)\s")
_POLL_SECONDS = 0.05
_Result = TypeVar("_Result")


async def beside(
    call: Callable[[], Coroutine[Any, Any, _Result]], person: Callable[[], Coroutine[Any, Any, None]]
) -> _Result:
    """Run a client and, in parallel, the person, until the client ends."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(person)
        result = await call()
        tasks.cancel_scope.cancel()
    return result


async def attend(
    desk: Desk, person: Person, output: Path, asked: re.Pattern[str] = AUTHORIZATION_URL
) -> None:
    """Sign in at each authorization URL that a client prints, endlessly because a client can print more.

    Args:
        desk: whose browser it is.
        person: who signs in.
        output: where the client writes.
        asked: what it writes when it is ready for the person; the first group is the URL.

    Raises:
        RefusedError: the authorization server did not send the person back, so the client, which is told
            nothing, would wait for ever.
    """
    done = 0
    while True:
        for url in asked.findall(output.read_text())[done:]:
            await _until_the_client_listens(url)
            page = await anyio.to_thread.run_sync(desk.browser.sign_in, url, person)
            if not page.came_back:
                raise RefusedError(page.text)
            done += 1
        await anyio.sleep(_POLL_SECONDS)


async def _until_the_client_listens(url: str) -> None:
    """Wait, because some clients listen only after they opened the browser."""
    [redirect] = parse_qs(urlsplit(url).query)["redirect_uri"]
    address = urlsplit(redirect)
    assert address.hostname
    assert address.port
    while True:
        try:
            connection = await anyio.connect_tcp(address.hostname, address.port)
        except OSError:
            await anyio.sleep(_POLL_SECONDS)
        else:
            await connection.aclose()
            return
