"""Objects of a stack that exist at Auth0 and are not in its state."""

from __future__ import annotations

from typing import Any, ClassVar

import pulumi
import pytest

from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.adoption.recreated import recreated
from flow_mcp.authorization_servers.auth0.existing_objects import existing_object, refusing_existing
from flow_mcp.authorization_servers.errors import OwnedByOthersError
from tests.unit.authorization_servers.auth0 import hooli
from tests.unit.authorization_servers.auth0.adoption.tenant import (
    DOMAIN,
    PRODUCTION,
    TenantInMemory,
    api,
    content,
    grant,
    program,
)

_NAME = "flow-mcp-hooli-agent"
_DECLARATION = hooli.load(hooli.tenant(clients={"agent": hooli.agent()})).declaration
_MANAGED = {
    "Client/agent": "agent",
    "ClientCredentials/agent-credentials": "agent",
    "ClientGrant/agent/7/production": "cgr_1",
    "ResourceServer/7/production": "api-1",
    "ResourceServerScopes/7/production-scopes": PRODUCTION,
}


def _objects(*clients: Any, grants: list[Any] | None = None) -> Objects:
    listed = content(list(clients), [api("api-1", PRODUCTION)], grants or [])
    return Objects(TenantInMemory(listed), lambda _: None)


def _without(*resources: str) -> dict[str, str]:
    return {resource: identity for resource, identity in _MANAGED.items() if resource not in resources}


def test_nothing_is_taken_over_if_the_state_has_all_objects() -> None:
    objects = _objects(program("agent", _NAME), grants=[grant("cgr_1", "agent", PRODUCTION)])
    assert recreated(_DECLARATION, objects, _MANAGED) == ()


def test_a_grant_with_another_id_is_taken_over() -> None:
    objects = _objects(program("agent", _NAME), grants=[grant("cgr_2", "agent", PRODUCTION, scope=[])])
    [taken_over] = recreated(_DECLARATION, objects, _without("ClientGrant/agent/7/production"))
    assert (taken_over.resource, taken_over.id) == ("ClientGrant/agent/7/production", "cgr_2")
    assert [difference.property for difference in taken_over.differences] == ["scopes"]


def test_the_only_client_with_the_name_is_taken_over() -> None:
    gone = ("Client/agent", "ClientCredentials/agent-credentials", "ClientGrant/agent/7/production")
    objects = _objects(program("other", "Other"), program("agent-2", _NAME))
    taken_over = recreated(_DECLARATION, objects, _without(*gone))
    assert [(entry.resource, entry.id) for entry in taken_over] == [
        ("Client/agent", "agent-2"),
        ("ClientCredentials/agent-credentials", "agent-2"),
    ]
    assert recreated(_DECLARATION, _objects(), _without(*gone)) == ()


def test_two_clients_with_the_name_are_refused() -> None:
    objects = _objects(program("agent-2", _NAME), program("agent-3", _NAME))
    with pytest.raises(OwnedByOthersError, match=r"2 applications have its name .*: agent-2, agent-3"):
        recreated(_DECLARATION, objects, _without("Client/agent"))


@pytest.mark.parametrize("owner", ["flow-mcp:globex", "flow-mcp:hooli2"])
def test_a_client_that_another_stack_manages_is_refused(owner: str) -> None:
    objects = _objects(program("agent-2", _NAME, client_metadata={"flow_mcp_owner": owner}))
    with pytest.raises(OwnedByOthersError, match=f"agent-2 with its name .* managed by the stack of {owner}"):
        recreated(_DECLARATION, objects, _without("Client/agent"))
    own = _objects(program("agent-2", _NAME, client_metadata={"flow_mcp_owner": "flow-mcp:hooli"}))
    assert {entry.id for entry in recreated(_DECLARATION, own, _without("Client/agent"))} >= {"agent-2"}


@pytest.mark.parametrize(
    ("resource_type", "inputs", "message"),
    [
        ("Client", {"name": _NAME}, f"An application with the name {_NAME} exists"),
        ("Client", {"name": "new"}, ""),
        ("ResourceServer", {"identifier": PRODUCTION}, f"The API {PRODUCTION} exists"),
        ("ResourceServer", {"identifier": "https://new.example"}, ""),
        (
            "ClientGrant",
            {"clientId": "agent", "audience": PRODUCTION, "subjectType": "client"},
            f"The client grant of the application agent for {PRODUCTION} (subject type client) exists",
        ),
        (
            "ClientGrant",
            {"defaultFor": "third_party_clients", "audience": PRODUCTION, "subjectType": "user"},
            f"The client grant of third-party applications for {PRODUCTION} (subject type user) exists",
        ),
        ("ClientGrant", {"clientId": "agent", "audience": PRODUCTION, "subjectType": "user"}, ""),
        ("RolePermission", {"roleId": "rol_1"}, ""),
    ],
)
def test_an_object_that_exists_is_named_before_it_is_created(
    resource_type: str, inputs: dict[str, Any], message: str
) -> None:
    default = grant("cgr_2", "", PRODUCTION, subject_type="user", default_for="third_party_clients")
    objects = _objects(program("agent", _NAME), grants=[grant("cgr_1", "agent", PRODUCTION), default])
    assert existing_object(objects, resource_type, inputs) == message


class _Hook:
    """Records the hooks that a program registers."""

    registered: ClassVar[list[Any]] = []

    def __init__(self, name: str, callback: Any, options: pulumi.ResourceHookOptions) -> None:
        self.name, self.callback, self.options = name, callback, options
        self.registered.append(self)


def _hooks(monkeypatch: pytest.MonkeyPatch, components: int = 1, *, preview: bool = True) -> list[Any]:
    monkeypatch.setattr(_Hook, "registered", [])
    monkeypatch.setattr(pulumi, "ResourceHook", _Hook)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: preview)
    for _ in range(components):
        refusing_existing(DOMAIN, {"AUTH0_API_TOKEN": "token"})
    return _Hook.registered


def test_components_at_one_auth0_tenant_have_hooks_of_different_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len({hook.name for hook in _hooks(monkeypatch, 2)}) == 2


def test_an_update_has_no_hook_whose_errors_would_hide_those_of_a_failed_program(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _hooks(monkeypatch, preview=False) == []


def test_a_preview_rejects_a_client_whose_name_an_application_has(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = content([program("agent", _NAME), program("other", "Other")], [], [])
    path = "flow_mcp.authorization_servers.auth0.management_api.ManagementApi"
    monkeypatch.setattr(path, lambda _: TenantInMemory(listed))
    [hook] = _hooks(monkeypatch)

    def create(name: str) -> None:
        hook.callback(pulumi.ResourceHookArgs("urn", "", name, "auth0:index/client:Client", {"name": name}))

    with pytest.raises(OwnedByOthersError, match=f"An application with the name {_NAME} exists in"):
        create(_NAME)
    create("New")
