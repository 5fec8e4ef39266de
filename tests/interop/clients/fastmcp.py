"""The client of `fastmcp`."""

from __future__ import annotations

import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import anyio
import httpx2
from fastmcp import Client
from fastmcp.client.auth import ClientCredentialsOAuthProvider, OAuth, PrivateKeyJWTOAuthProvider, oauth
from fastmcp.client.oauth_callback import create_oauth_callback_server
from key_value.aio.stores.filetree import (
    FileTreeStore,
    FileTreeV1CollectionSanitizationStrategy,
    FileTreeV1KeySanitizationStrategy,
)
from mcp.client.auth.extensions.client_credentials import SignedJWTParameters
from mcp_types import CallToolResult
from uvicorn import Server

from flow_mcp.local.keycloak.ports import free_port
from tests.interop.browser import Person
from tests.interop.clients.person import attend, beside
from tests.interop.clients.python_sdk import answered
from tests.interop.desk import Desk, Registration


def ask(desk: Desk, url: str, person: Person, registration: Registration) -> dict[str, str]:
    """Call the tool for a person in whose browser fastmcp opens the authorization URL."""
    port = free_port()
    given: dict[str, Any] = {}
    if registration is Registration.DECLARED:
        given = {"client_id": desk.desktop, "issuer": desk.scene.tenant.authority}
    elif registration is Registration.DOCUMENT:
        given = {"client_metadata_url": desk.document(f"http://127.0.0.1:{port}/callback")}
    auth = OAuth(url, token_storage=_store(desk), callback_host="127.0.0.1", callback_port=port, **given)
    opened = desk.home / "opened"
    opened.touch()

    async def ask() -> CallToolResult:
        async with _desktop(opened):
            return await beside(lambda: _call(url, auth), lambda: attend(desk, person, opened))

    return answered(ask)


@asynccontextmanager
async def _desktop(opened: Path) -> AsyncIterator[None]:
    """Record the URLs that fastmcp opens, and close its connections after a cancellation."""
    listening: list[Server] = []

    def open_browser(address: str) -> bool:
        with opened.open("a") as file:
            file.write(f"{address}\n")
        return True

    def create_server(**given: Any) -> Server:
        listening.append(create_oauth_callback_server(**given))
        return listening[-1]

    with (
        patch.object(webbrowser, "open", open_browser),
        patch.object(oauth, "create_oauth_callback_server", create_server),
    ):
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):
                for server in listening:
                    await server.shutdown()


def ask_with_secret(desk: Desk, url: str) -> dict[str, str]:
    """Call the tool for a program with a client secret."""
    auth = ClientCredentialsOAuthProvider(
        client_id=desk.scene.tenant.client("agent").client_id,
        client_secret=desk.scene.tenant.secrets["agent"],
        issuer=desk.scene.tenant.authority,
        token_storage=_store(desk),
    )
    return answered(lambda: _call(url, auth))


def ask_with_key(desk: Desk, url: str) -> dict[str, str]:
    """Call the tool for a program with private key JWT."""
    client_id = desk.scene.tenant.client("signing-agent").client_id
    parameters = SignedJWTParameters(
        issuer=client_id, subject=client_id, signing_key=desk.scene.key.private_key
    )
    auth = PrivateKeyJWTOAuthProvider(
        client_id=client_id,
        assertion_provider=parameters.create_assertion_provider(),
        issuer=desk.scene.tenant.authority,
        token_storage=_store(desk),
    )
    return answered(lambda: _call(url, auth))


def _store(desk: Desk) -> FileTreeStore:
    return FileTreeStore(
        data_directory=desk.home,
        key_sanitization_strategy=FileTreeV1KeySanitizationStrategy(desk.home),
        collection_sanitization_strategy=FileTreeV1CollectionSanitizationStrategy(desk.home),
    )


async def _call(url: str, auth: httpx2.Auth) -> CallToolResult:
    async with Client(url, auth=auth) as client:
        result: CallToolResult = await client.call_tool_mcp("where_am_i", {})
        return result
