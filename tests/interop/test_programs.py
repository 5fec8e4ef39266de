"""Tests of MCP clients with client credentials, with a secret and with a key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.clients import fastmcp, python_sdk, typescript_sdk
from tests.interop.clients.python_sdk import Memory
from tests.interop.clients.typescript_sdk import Package
from tests.interop.desk import Desk, RefusedError

Ask = Callable[[Desk, str], dict[str, str]]

_CLIENTS = {
    "python-sdk, secret": (python_sdk.ask_with_secret, "agent"),
    "python-sdk, private_key_jwt": (python_sdk.ask_with_key, "signing-agent"),
    "fastmcp, secret": (fastmcp.ask_with_secret, "agent"),
    "fastmcp, private_key_jwt": (fastmcp.ask_with_key, "signing-agent"),
    "typescript-sdk, secret": (typescript_sdk.ask_with_secret, "agent"),
    "typescript-sdk, private_key_jwt": (typescript_sdk.ask_with_key, "signing-agent"),
}
_EACH = pytest.mark.parametrize("ask", [ask for ask, _ in _CLIENTS.values()], ids=_CLIENTS)


@pytest.mark.parametrize(("ask", "name"), _CLIENTS.values(), ids=_CLIENTS)
def test_a_program_gets_the_tools_result(desk: Desk, ask: Ask, name: str) -> None:
    tenant = desk.scene.tenant
    assert ask(desk, tenant.url("test")) == {
        "tenant": "interop",
        "workspace": "1",
        "environment": "test",
        "client": tenant.client(name).client_id,
        "kind": "program",
    }
    assert desk.scene.refusals() == [tenant.refusal("test")]


@_EACH
def test_another_environment_is_denied(desk: Desk, ask: Ask) -> None:
    tenant = desk.scene.tenant
    with pytest.raises(RefusedError, match=r"(?i)invalid.scope"):
        ask(desk, tenant.url("production"))
    assert desk.scene.refusals() == [tenant.refusal("production")]


@_EACH
def test_another_tenant_is_denied(desk: Desk, ask: Ask) -> None:
    neighbour = desk.scene.neighbour
    with pytest.raises(RefusedError):
        ask(desk, neighbour.url("test"))
    assert desk.scene.refusals() == [neighbour.refusal("test")]


def test_a_token_for_another_environment_is_denied_and_a_new_one_fetched(desk: Desk) -> None:
    tenant = desk.scene.tenant
    memory = _memory_of_a_call(desk, "roaming-agent")
    answer = python_sdk.ask_with_secret(desk, tenant.url("production"), memory, "roaming-agent")
    assert answer["environment"] == "production"
    assert desk.scene.refusals() == [tenant.refusal("production", "invalid_token")]


def test_a_client_without_access_is_not_asked_for_another_token(desk: Desk) -> None:
    tenant = desk.scene.tenant
    memory = _memory_of_a_call(desk, "agent")
    with pytest.raises(RefusedError):
        python_sdk.ask_with_secret(desk, tenant.url("production"), memory)
    assert desk.scene.refusals() == [tenant.forbidden("production")]


def test_another_tenants_token_is_denied(desk: Desk) -> None:
    neighbour = desk.scene.neighbour
    memory = _memory_of_a_call(desk, "agent")
    with pytest.raises(RefusedError):
        python_sdk.ask_with_secret(desk, neighbour.url("test"), memory)
    assert desk.scene.refusals() == [neighbour.refusal("test", "invalid_token")]


def test_a_program_that_requests_no_scope_is_denied_with_its_token(desk: Desk) -> None:
    tenant = desk.scene.tenant
    with pytest.raises(RefusedError, match="401 after successful authentication"):
        typescript_sdk.ask_with_secret(desk, tenant.url("test"), Package.VERSION_1)
    assert desk.scene.refusals() == [tenant.refusal("test"), tenant.refusal("test", "invalid_token")]


@pytest.mark.parametrize(("name", "configured"), [("agent", True), ("scopeless-agent", False)])
def test_a_program_gets_the_tools_result_with_a_configured_or_default_scope(
    desk: Desk, name: str, configured: bool
) -> None:
    tenant = desk.scene.tenant
    scope = tenant.scope("test") if configured else None
    answer = typescript_sdk.ask_with_secret(desk, tenant.url("test"), Package.VERSION_1, name, scope)
    assert (answer["environment"], answer["client"]) == ("test", tenant.client(name).client_id)
    assert desk.scene.refusals() == [tenant.refusal("test")]


def _memory_of_a_call(desk: Desk, name: str) -> Memory:
    """Return the client's tokens after a call to test, where they are valid."""
    memory = Memory()
    python_sdk.ask_with_secret(desk, desk.scene.tenant.url("test"), memory, name)
    desk.scene.server.refusals.clear()
    return memory
