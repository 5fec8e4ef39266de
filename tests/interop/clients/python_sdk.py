"""The official MCP Python SDK."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import anyio
import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from mcp_types import CallToolResult, TextContent
from pydantic import AnyUrl

from tests.interop.browser import Page, Person
from tests.interop.callback import callback
from tests.interop.desk import Desk, RefusedError, Registration, StuckError, message_of

# Long enough for a busy machine: only a client that would never end reaches this limit.
_PATIENCE_SECONDS = 120


class Memory:
    """Storage of the client's registration and tokens."""

    def __init__(
        self, client: OAuthClientInformationFull | None = None, token: OAuthToken | None = None
    ) -> None:
        self.client, self.token = client, token

    async def get_tokens(self) -> OAuthToken | None:
        return self.token

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.token = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def ask(desk: Desk, url: str, person: Person, registration: Registration) -> dict[str, str]:
    """Call the tool for a person who signs in."""
    pages: list[Page] = []

    async def redirect(address: str) -> None:
        pages.append(await anyio.to_thread.run_sync(desk.browser.sign_in, address, person))

    async def back() -> AuthorizationCodeResult:
        got = listener.receive()
        if got is None or "code" not in got:
            raise RefusedError(got or pages[-1].text)
        return AuthorizationCodeResult(code=got["code"], state=got["state"], iss=got.get("iss"))

    with callback() as listener:
        # Like typical users of the SDK: omitted values are the SDK's defaults.
        metadata = OAuthClientMetadata(client_name="An MCP client", redirect_uris=[AnyUrl(listener.url)])
        memory, document = Memory(), None
        if registration is Registration.DECLARED:
            memory.client = OAuthClientInformationFull(
                client_id=desk.desktop,
                redirect_uris=metadata.redirect_uris,
                token_endpoint_auth_method="none",
                issuer=desk.scene.tenant.authority,
            )
        elif registration is Registration.DOCUMENT:
            document = desk.document(listener.url)
        return call(
            url,
            OAuthClientProvider(url, metadata, memory, redirect, back, client_metadata_url=document),
        )


def ask_with_secret(
    desk: Desk, url: str, memory: Memory | None = None, name: str = "agent"
) -> dict[str, str]:
    """Call the tool for a program with a client secret."""
    return call(
        url,
        ClientCredentialsOAuthProvider(
            url,
            memory or Memory(),
            desk.scene.tenant.client(name).client_id,
            desk.scene.tenant.secrets[name],
            issuer=desk.scene.tenant.authority,
        ),
    )


def ask_with_key(desk: Desk, url: str) -> dict[str, str]:
    """Call the tool for a program with private key JWT."""
    client_id = desk.scene.tenant.client("signing-agent").client_id
    parameters = SignedJWTParameters(
        issuer=client_id, subject=client_id, signing_key=desk.scene.key.private_key
    )
    return call(
        url,
        PrivateKeyJWTOAuthProvider(
            url,
            Memory(),
            client_id,
            parameters.create_assertion_provider(),
            issuer=desk.scene.tenant.authority,
        ),
    )


def call(url: str, auth: httpx2.Auth) -> dict[str, str]:
    """Call the tool with the given authentication."""

    async def ask() -> CallToolResult:
        async with (
            httpx2.AsyncClient(auth=auth, timeout=60, trust_env=False) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            return await client.call_tool("where_am_i")

    return answered(ask)


def answered(ask: Callable[[], Awaitable[CallToolResult]]) -> dict[str, str]:
    """Run a client and return the result of the tool.

    Raises:
        RefusedError: it did not.
        StuckError: the client did not end.
    """
    return place(anyio.run(_in_time, ask))


def place(result: CallToolResult) -> dict[str, str]:
    """Return the tenant and the environment in the result of the tool."""
    [content] = result.content
    assert isinstance(content, TextContent)
    named: dict[str, str] = json.loads(content.text)
    return named


async def _in_time(ask: Callable[[], Awaitable[CallToolResult]]) -> CallToolResult:
    with anyio.move_on_after(_PATIENCE_SECONDS) as time:
        try:
            return await ask()
        except Exception as error:
            # Clients raise single errors or groups of any type, also when they are cancelled.
            if not time.cancel_called:
                raise RefusedError(message_of(error)) from error
    raise StuckError(f"the client did not end within {_PATIENCE_SECONDS} s")
