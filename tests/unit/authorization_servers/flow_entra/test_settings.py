"""The settings document of a tenant on the Flow instance's Entra tenant, and decisions on tokens with it."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.entra.settings import document
from flow_mcp.authorization_servers.flow_entra.instance import entra as entra_of
from flow_mcp.runtime import Reason
from flow_mcp.settings import SettingsDocument
from tests.issuers import entra
from tests.unit.authorization_servers.flow_entra.fabrikam import (
    AGENT,
    API,
    ASSISTANT,
    ON_PREMISES,
    OTHER_API,
    PRODUCTION,
    SAAS,
    TENANT,
    TEST,
    load,
    registered,
    tenant,
)

MANUAL = {
    "agent": {"clientId": AGENT, "access": ["*"]},
    "assistant": {"clientId": ASSISTANT, "access": ["7/test"], "grant": "authorization-code"},
}


def settings(declared: dict[str, Any], flow_entra: dict[str, Any], **ids: str) -> SettingsDocument:
    declaration = load(declared, flow_entra).declaration
    return declaration.kind.settings(declaration, ids)


def test_saas_settings_equal_entra_settings_with_the_instances_values() -> None:
    declaration = load(tenant(manualRegistrations=MANUAL)).declaration
    ids = {"7/production": API, "7/test": OTHER_API}
    assert declaration.kind.settings(declaration, ids) == document(declaration, entra_of(declaration), ids)
    assert declaration.kind.authority is not None
    assert declaration.kind.authority(declaration) == f"https://login.microsoftonline.com/{TENANT}/v2.0"


def test_on_premises_audiences_come_from_the_declaration() -> None:
    uri = "api://flow-test"
    applications = registered(
        production={"clientId": API}, test={"clientId": OTHER_API, "identifierUri": uri}
    )
    settings_document = settings(tenant(manualRegistrations=MANUAL, **applications), ON_PREMISES)
    assert {
        resource.url: (entry.audiences, entry.scopes_advertised)
        for resource in settings_document.protected_resources
        for entry in resource.authorization_servers
    } == {
        PRODUCTION: ((API,), (f"{PRODUCTION}/mcp.access",)),
        TEST: ((OTHER_API,), (f"{uri}/mcp.access",)),
    }
    scopes = {
        request.resource: request.parameters["scope"]
        for client in settings_document.authorization_servers[0].clients
        for request in client.token_requests
        if client.name == "agent"
    }
    assert scopes == {PRODUCTION: f"{PRODUCTION}/.default", TEST: f"{uri}/.default"}
    program = entra.signed(entra.program(TENANT, API, AGENT))
    assert entra.decided(settings_document, PRODUCTION, program).reason is Reason.ALLOWED
    assert entra.decided(settings_document, TEST, program).reason is Reason.WRONG_AUDIENCE
    person = entra.signed(entra.person(TENANT, OTHER_API, ASSISTANT))
    assert entra.decided(settings_document, TEST, person).reason is Reason.ALLOWED


def test_on_premises_resource_without_an_application_is_left_out() -> None:
    settings_document = settings(
        tenant(manualRegistrations=MANUAL, **registered(production={"clientId": API})), ON_PREMISES
    )
    assert [resource.key for resource in settings_document.protected_resources] == ["7/production"]
    assert {client.name: client.access for client in settings_document.authorization_servers[0].clients} == {
        "agent": ("7/production",),
        "assistant": (),
    }
    person = entra.signed(entra.person(TENANT, OTHER_API, ASSISTANT))
    assert entra.decided(settings_document, TEST, person).reason is Reason.UNKNOWN_RESOURCE


def test_cloud_and_domains_of_the_instance_are_used() -> None:
    instance = SAAS | {"cloud": "usgovernment", "verifiedDomains": []}
    settings_document = settings(tenant(), instance, **{"7/production": API, "7/test": OTHER_API})
    assert (
        settings_document.authorization_servers[0].authority
        == f"https://login.microsoftonline.us/{TENANT}/v2.0"
    )
    assert settings_document.protected_resources[0].authorization_servers[0].scopes_advertised == (
        f"api://{TENANT}/flow-mcp.app.profitbase.biz.flow.fabrikam.7.production/mcp.access",
    )
