"""Tests of MCP clients for people: access, and errors without access."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.browser import Person
from tests.interop.clients import fastmcp, inspector, mcp_remote, python_sdk
from tests.interop.desk import Desk, RefusedError, Registration
from tests.interop.tenants import GUEST, PLANNER

Ask = Callable[[Desk, str, Person, Registration], dict[str, str]]

_CLIENTS = {
    "python-sdk": python_sdk.ask,
    "fastmcp": fastmcp.ask,
    "mcp-remote": mcp_remote.ask,
    "inspector": inspector.ask,
}
# The messages of the clients when the server denies their new token.
_TOKEN_REFUSED = {
    "python-sdk": "Server returned an error response",
    "fastmcp": "Server returned an error response",
    "mcp-remote": "Already attempted reconnection for reason: authentication-needed",
    "inspector": r"MCP auth challenge \(401\)|Server returned 401 after re-authentication",
}

pytestmark = pytest.mark.parametrize("registration", Registration, ids=lambda way: way.value)
_EACH = pytest.mark.parametrize("ask", _CLIENTS.values(), ids=_CLIENTS)


@_EACH
def test_a_planner_gets_the_tools_result(desk: Desk, ask: Ask, registration: Registration) -> None:
    tenant = desk.scene.tenant
    answer = ask(desk, tenant.url("test"), PLANNER, registration)
    client = answer.pop("client")
    assert answer == {"tenant": "interop", "workspace": "1", "environment": "test", "kind": "person"}
    declared = desk.inspector if ask is inspector.ask else desk.desktop
    assert (client == declared) == (registration is Registration.DECLARED)
    assert (client == f"{desk.site.url}/client.json") == (registration is Registration.DOCUMENT)
    assert desk.scene.refusals() == [tenant.refusal("test")]


@_EACH
def test_another_environment_is_denied(desk: Desk, ask: Ask, registration: Registration) -> None:
    tenant = desk.scene.tenant
    with pytest.raises(RefusedError, match=r"(?i)invalid.scope|insufficient.scope"):
        ask(desk, tenant.url("production"), PLANNER, registration)
    assert desk.scene.refusals() == [tenant.refusal("production")]


@_EACH
def test_another_tenant_rejects_the_client_and_the_person(
    desk: Desk, ask: Ask, registration: Registration
) -> None:
    neighbour = desk.scene.neighbour
    # A client that compares the issuer with that of its client ID stops before the sign-in.
    stopped = "Client not found|Refusing to send pre-registered credentials"
    with pytest.raises(RefusedError, match=f"Invalid username or password|{stopped}"):
        ask(desk, neighbour.url("test"), PLANNER, registration)
    assert desk.scene.refusals() == [neighbour.refusal("test")]


@pytest.mark.parametrize(
    ("ask", "message"), [(_CLIENTS[name], message) for name, message in _TOKEN_REFUSED.items()], ids=_CLIENTS
)
def test_a_person_outside_the_groups_is_denied(
    desk: Desk, ask: Ask, message: str, registration: Registration
) -> None:
    tenant = desk.scene.tenant
    with pytest.raises(RefusedError, match=message):
        ask(desk, tenant.url("test"), GUEST, registration)
    assert desk.scene.refusals() == [tenant.refusal("test"), tenant.refusal("test", "invalid_token")]
