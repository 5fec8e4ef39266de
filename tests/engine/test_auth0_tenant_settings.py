"""Settings of a whole Auth0 tenant: a stack that sets them stores the former values and restores them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.engine.conftest import StandInProject
from tests.engine.former_states import DOMAIN, STACK, restore
from tests.standin.auth0_rules import get_tenant, tenant_settings

SETTINGS = (
    "clientIdMetadataDocumentSupported",
    "enableDynamicClientRegistration",
    "resourceParameterProfile",
)
OPEN = dict(zip(SETTINGS, (True, True, "compatibility"), strict=True))
CLOSED = dict(zip(SETTINGS, (False, False, "audience"), strict=True))
TENANT: dict[str, Any] = {
    "id": "initech",
    "workspaces": {"31": {"environments": ["test"]}},
    "authorizationServer": {
        "auth0": {
            "domain": DOMAIN,
            "registration": {
                "dynamic": {"access": ["31/test"]},
                "metadataDocuments": {
                    "documents": ["https://claude.ai/oauth/claude-code-client-metadata"],
                    "access": ["31/test"],
                },
            },
            "tenantSettings": {"manage": True},
        }
    },
    "clients": {"test-agent": {"grant": "client-credentials", "access": ["31/test"]}},
}


@pytest.fixture
def auth0(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    return stand_in("auth0")


def declare(auth0: StandInProject, tenant: dict[str, Any]) -> None:
    auth0.scratch.declare(STACK, yaml.safe_dump({"config": {"flow-mcp:tenant": tenant}}))
    auth0.scratch.pulumi("stack", "select", "--create", STACK)


def run(auth0: StandInProject, command: str, *options: str) -> str:
    return auth0.scratch.pulumi(command, "--yes", "--skip-preview", "--stack", STACK, *options).stdout


def current_settings(auth0: StandInProject) -> dict[str, Any]:
    """Return the present settings in Auth0."""
    with auth0.server.account(DOMAIN) as account:
        settings = get_tenant({}, account)
    return {name: settings.get(name, settings["flags"][0].get(name)) for name in SETTINGS}


def change_settings(auth0: StandInProject, **changed: Any) -> None:
    """Change settings outside the stack, as an administrator does."""
    with auth0.server.account(DOMAIN) as account:
        settings = tenant_settings(account)
        if (registration := changed.pop("enableDynamicClientRegistration", None)) is not None:
            settings["flags"] = [{"enableDynamicClientRegistration": registration}]
        settings.update(changed)


def test_removing_the_settings_from_the_declaration_restores_them(auth0: StandInProject) -> None:
    declare(auth0, TENANT)
    assert current_settings(auth0) == CLOSED
    run(auth0, "up")
    assert current_settings(auth0) == OPEN
    state = "".join(file.read_text(encoding="utf-8") for file in auth0.scratch.state.rglob("*.json"))
    assert "applier-secret" not in state

    programs = {**TENANT, "authorizationServer": {"auth0": {"domain": DOMAIN}}}
    declare(auth0, programs)
    run(auth0, "up")
    assert current_settings(auth0) == CLOSED
    run(auth0, "up", "--expect-no-changes")


def test_settings_that_were_on_before_the_stack_stay_on_with_a_warning(auth0: StandInProject) -> None:
    declare(auth0, TENANT)
    change_settings(auth0, enableDynamicClientRegistration=True)
    before = current_settings(auth0)
    printed = run(auth0, "up")
    assert f"dynamic client registration is on already in the Auth0 tenant {DOMAIN}" in printed
    assert "Metadata Documents is on already" not in printed

    closed = json.loads(json.dumps(TENANT))
    del closed["authorizationServer"]["auth0"]["registration"]
    declare(auth0, closed)
    run(auth0, "up")
    assert current_settings(auth0) == {**CLOSED, "resourceParameterProfile": "compatibility"}

    destroyed = run(auth0, "destroy")
    assert current_settings(auth0) == before
    assert (
        f"dynamic client registration is on in the Auth0 tenant {DOMAIN}, as it was before this stack"
        in destroyed
    )


def test_settings_changed_outside_the_stack_are_kept_with_a_warning(auth0: StandInProject) -> None:
    tenant = json.loads(json.dumps(TENANT))
    del tenant["authorizationServer"]["auth0"]["registration"]["metadataDocuments"]
    declare(auth0, tenant)
    run(auth0, "up")
    change_settings(auth0, clientIdMetadataDocumentSupported=True)
    destroyed = run(auth0, "destroy")
    assert current_settings(auth0) == {**CLOSED, "clientIdMetadataDocumentSupported": True}
    assert (
        f"registration by Client ID Metadata Documents of the Auth0 tenant {DOMAIN} was changed after this "
        "stack set it, and stays on. Before the stack it was off"
    ) in destroyed


@pytest.mark.parametrize("next_command", ["up", "destroy"])
def test_interrupted_update_keeps_the_former_settings_in_the_state(
    auth0: StandInProject, next_command: str
) -> None:
    declare(auth0, TENANT)
    run(auth0, "up")
    state = json.loads(auth0.scratch.pulumi("stack", "export", "--show-secrets", "--stack", STACK).stdout)
    # The settings are changed in Auth0, but Pulumi was interrupted before it wrote its state.
    [settings] = (
        resource
        for resource in state["deployment"]["resources"]
        if resource["type"] == "auth0:index/tenant:Tenant"
    )
    state["deployment"]["resources"].remove(settings)
    for resource in state["deployment"]["resources"]:
        dependencies = resource.get("dependencies", ())
        resource["dependencies"] = [urn for urn in dependencies if urn != settings["urn"]]
    state["deployment"]["pending_operations"] = [{"type": "creating", "resource": settings}]
    file = auth0.scratch.directory / "cut-off.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    auth0.scratch.pulumi("stack", "import", "--file", str(file), "--stack", STACK)
    if next_command == "up":
        run(auth0, "up")
        assert current_settings(auth0) == OPEN
    run(auth0, "destroy")
    assert current_settings(auth0) == CLOSED


def test_state_of_an_earlier_version_is_adopted_without_a_change_in_auth0(
    auth0: StandInProject,
) -> None:
    restore(auth0, "tenant_settings")
    before = json.loads(auth0.server.file.read_text(encoding="utf-8"))
    assert current_settings(auth0) == OPEN
    printed = run(auth0, "up")
    assert json.loads(auth0.server.file.read_text(encoding="utf-8")) == before
    assert f"dynamic client registration is on already in the Auth0 tenant {DOMAIN}" in printed
    assert "+ 1 created" in printed
    run(auth0, "up", "--expect-no-changes")

    destroyed = run(auth0, "destroy")
    # The state of the earlier version does not contain the former settings.
    assert current_settings(auth0) == OPEN
    assert (
        f"dynamic client registration is on in the Auth0 tenant {DOMAIN}, as it was before this stack"
        in destroyed
    )
