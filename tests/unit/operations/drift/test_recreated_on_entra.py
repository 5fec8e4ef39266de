"""Applications that replace a deleted one of the stack."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.operations.drift.entra.recreated import recreated_on_entra
from flow_mcp.operations.drift.errors import SuccessorError
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from tests.unit.authorization_servers.entra import contoso
from tests.unit.authorization_servers.entra.adoption.directory import (
    DirectoryInMemory,
    application,
    directory,
    guid,
)

_NAME = "Flow MCP contoso client agent (flow.contoso.example/flow)"
_DELETED = Resource(
    "urn:pulumi:contoso::flow-mcp::azuread:index/application:Application::agent",
    "delete",
    {"clientId": guid("former"), "displayName": _NAME, "objectId": guid("former object")},
    None,
    (),
)


def _managed(client_id: str) -> Resource:
    urn = _DELETED.urn.removesuffix("agent") + "desktop"
    return Resource(urn, "same", {"clientId": client_id}, {"clientId": client_id}, ())


def _recreated(*applications: dict[str, Any], managed: str = "") -> list[str]:
    """Return the IDs of the applications that are taken over."""
    resources = (_DELETED, *([_managed(managed)] if managed else []))
    comparison = Refreshed(contoso.load(contoso.tenant()).declaration, resources)
    content = DirectoryInMemory(directory(*applications))
    taken_over = recreated_on_entra(comparison, lambda _: None, lambda _: content)  # type: ignore[arg-type,return-value]
    return [item.id for item in taken_over if item.resource == "Application/agent"]


def _notes(tenant: str) -> str:
    return f"Made by flow-mcp for the Flow tenant {tenant}; changes made here are undone."


@pytest.mark.parametrize("notes", [None, "Made by hand", _notes("contoso")])
def test_the_only_application_with_the_name_is_taken_over(notes: str | None) -> None:
    other = application("Other")
    assert _recreated(other, application(_NAME, notes=notes)) == [f"/applications/{guid(f'{_NAME} object')}"]
    assert _recreated(other) == []


def test_several_applications_with_the_name_are_refused_and_named() -> None:
    second = {**application(_NAME), "id": guid("second object"), "appId": guid("second")}
    with pytest.raises(SuccessorError, match=r"2 applications have the name .* of agent, which was deleted"):
        _recreated(application(_NAME), second)


def test_an_application_that_another_tenants_stack_manages_is_refused() -> None:
    with pytest.raises(SuccessorError, match="the stack of the tenant globex manages it"):
        _recreated(application(_NAME, notes=_notes("globex")))


def test_an_application_that_the_stack_manages_replaces_no_other() -> None:
    assert _recreated(application(_NAME), managed=guid(_NAME)) == []
