"""MCP clients for people: who gets in by which, and what the others are told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.interop.browser import Person
from tests.interop.clients import fastmcp, inspector, mcp_remote, python_sdk
from tests.interop.desk import Desk, RefusedError, Registration
from tests.interop.tenants import GUEST, PLANNER

Ask = Callable[[Desk, str, Person, Registration], dict[str, str]]

_IN_PYTHON = {"python-sdk": python_sdk.ask, "fastmcp": fastmcp.ask}
_ALL = {**_IN_PYTHON, "mcp-remote": mcp_remote.ask, "inspector": inspector.ask}

pytestmark = pytest.mark.parametrize("registration", Registration, ids=lambda way: way.value)
_EACH = pytest.mark.parametrize("ask", _ALL.values(), ids=_ALL)
# A command line that waits for a person who is not sent back does not end by itself.
_EACH_IN_PYTHON = pytest.mark.parametrize("ask", _IN_PYTHON.values(), ids=_IN_PYTHON)


@_EACH
def test_a_planner_gets_the_tool_s_result(desk: Desk, ask: Ask, registration: Registration) -> None:
    tenant = desk.scene.tenant
    answer = ask(desk, tenant.url("test"), PLANNER, registration)
    client = answer.pop("client")
    assert answer == {"tenant": "interop", "workspace": "1", "environment": "test", "kind": "person"}
    assert (client == desk.desktop) == (registration is Registration.DECLARED)
    assert (client == f"{desk.site.url}/client.json") == (registration is Registration.DOCUMENT)
    assert desk.scene.refusals() == [tenant.refusal("test")]


@_EACH
def test_another_environment_is_refused(desk: Desk, ask: Ask, registration: Registration) -> None:
    tenant = desk.scene.tenant
    with pytest.raises(RefusedError, match=r"(?i)invalid.scope|insufficient.scope"):
        ask(desk, tenant.url("production"), PLANNER, registration)
    assert desk.scene.refusals() == [tenant.refusal("production")]


@_EACH_IN_PYTHON
def test_another_tenant_is_refused(desk: Desk, ask: Ask, registration: Registration) -> None:
    neighbour = desk.scene.neighbour
    with pytest.raises(RefusedError):
        ask(desk, neighbour.url("test"), PLANNER, registration)
    assert desk.scene.refusals() == [neighbour.refusal("test")]


@_EACH_IN_PYTHON
def test_a_person_outside_the_groups_does_not_get_in(
    desk: Desk, ask: Ask, registration: Registration
) -> None:
    tenant = desk.scene.tenant
    with pytest.raises(RefusedError):
        ask(desk, tenant.url("test"), GUEST, registration)
    assert desk.scene.refusals() == [tenant.refusal("test"), tenant.refusal("test", "invalid_token")]
