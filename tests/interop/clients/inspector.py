"""The command line of the MCP Inspector."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from functools import partial

import anyio
from mcp_types import CallToolResult

from flow_mcp.local.keycloak.ports import free_port
from tests.interop.browser import Person
from tests.interop.clients import node
from tests.interop.clients.person import attend, beside
from tests.interop.clients.python_sdk import answered
from tests.interop.desk import Desk, RefusedError, Registration


def ask(desk: Desk, url: str, person: Person, registration: Registration) -> dict[str, str]:
    """Call the tool for a person who signs in."""
    # Declared by its name, it has the redirect URI of the catalogue of known applications.
    host = "localhost" if registration is Registration.DECLARED else "127.0.0.1"
    callback = f"http://{host}:{free_port()}/oauth/callback"
    options = ["--callback-url", callback]
    if registration is Registration.DECLARED:
        options += ["--client-id", desk.inspector]
    elif registration is Registration.DOCUMENT:
        options += ["--client-metadata-url", desk.document(callback)]
    return answered(partial(_run, desk, url, person, options))


async def _run(desk: Desk, url: str, person: Person, options: list[str]) -> CallToolResult:
    output, log = desk.home / "inspector.json", desk.home / "inspector.log"
    call = ["--method", "tools/call", "--tool-name", "where_am_i", "--format", "json"]
    target = ["--cli", "--transport", "http", "--server-url", url]
    with output.open("w") as out, log.open("w") as err:
        async with await anyio.open_process(
            [*node.command("mcp-inspector"), *target, *call, *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            env=node.environment(desk)
            | {
                "MCP_STORAGE_DIR": str(desk.home),
                "MCP_INSPECTOR_SECRET_STORE": "file",
                # Without a terminal it prints the authorization URL only if opening it is permitted.
                "MCP_AUTO_OPEN_ENABLED": "true",
            },
        ) as inspector:
            try:
                status = await beside(inspector.wait, lambda: attend(desk, person, log))
            finally:
                if inspector.returncode is None:
                    os.killpg(inspector.pid, signal.SIGKILL)
    if status:
        raise RefusedError(output.read_text() + log.read_text())
    return CallToolResult.model_validate(json.loads(output.read_text())["result"])
