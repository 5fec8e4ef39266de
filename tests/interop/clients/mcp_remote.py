"""`mcp-remote`: a stdio server that forwards to a remote server and signs in there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult

from flow_mcp.local.keycloak.ports import free_port
from tests.interop.browser import Person
from tests.interop.clients import node
from tests.interop.clients.person import attend, beside
from tests.interop.clients.python_sdk import answered
from tests.interop.desk import Desk, RefusedError, Registration

# mcp-remote would lose an error response that arrives before it waits for the code, and would never end.
_ASKED = re.compile(r"(https?://\S+/auth\?\S+)\s(?s:.*?)Waiting for authorization")
_CALLBACK = "http://127.0.0.1:{port}/oauth/callback"


def ask(desk: Desk, url: str, person: Person, registration: Registration) -> dict[str, str]:
    """Call the tool for a person who signs in."""
    port = free_port()
    options = [str(port), "--host", "127.0.0.1"]
    if registration is Registration.DECLARED:
        options += ["--static-oauth-client-info", json.dumps({"client_id": desk.desktop})]
    elif registration is Registration.DOCUMENT:
        options += ["--client-metadata-url", desk.document(_CALLBACK.format(port=port))]
    return _call(desk, url, options, lambda: attend(desk, person, _log(desk), _ASKED))


def _call(
    desk: Desk, url: str, options: list[str], meanwhile: Callable[[], Coroutine[Any, Any, None]]
) -> dict[str, str]:
    program, *arguments = node.command("mcp-remote")
    server = StdioServerParameters(
        command=program,
        args=[*arguments, url, *options, "--transport", "http-only"],
        env=node.environment(desk),
    )

    async def ask() -> CallToolResult:
        with _log(desk).open("w") as log:
            async with Client(stdio_client(server, errlog=log)) as client:
                return await client.call_tool("where_am_i")

    try:
        return answered(partial(beside, ask, meanwhile))
    except RefusedError as refused:
        # When mcp-remote ends, only its log has the reason.
        raise RefusedError(f"{refused}\n{_log(desk).read_text()}") from refused


def _log(desk: Desk) -> Path:
    return desk.home / "mcp-remote.log"
