"""The instructions for the Azure administrator contain the values that the settings document relies on."""

from __future__ import annotations

import json
import re
from typing import Any

from flow_mcp.authorization_servers.entra import permissions
from flow_mcp.authorization_servers.flow_entra.hand_over import hand_over
from tests.unit.authorization_servers.flow_entra.fabrikam import (
    AGENT,
    API,
    ASSISTANT,
    ON_PREMISES,
    PRODUCTION,
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


def text(**parts: Any) -> str:
    return hand_over(load(tenant(**parts), ON_PREMISES).declaration)


def bodies(instructions: str) -> list[dict[str, Any]]:
    return [json.loads(body) for body in re.findall(r"```json\n(.*?)```", instructions, re.DOTALL)]


def test_hand_over_has_a_microsoft_graph_body_for_each_resource() -> None:
    declaration = load(tenant(manualRegistrations=MANUAL), ON_PREMISES).declaration
    production, test = declaration.resources
    first, second = bodies(text(manualRegistrations=MANUAL))
    scope, program, person = (
        permission(declaration, production)
        for permission in (permissions.scope, permissions.program_role, permissions.person_role)
    )
    assert first == {
        "displayName": "Flow MCP fabrikam 7/production (app.profitbase.biz/flow)",
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [PRODUCTION],
        "api": {
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [
                {
                    "id": scope.id,
                    "value": "mcp.access",
                    "type": "Admin",
                    "isEnabled": True,
                    "adminConsentDisplayName": "Use the Flow MCP server of workspace 7, production",
                    "adminConsentDescription": "Lets an application use the MCP server of workspace 7, "
                    "production in Flow on behalf of the person who signed in.",
                }
            ],
            "preAuthorizedApplications": [],
        },
        "appRoles": [
            {
                "id": program.id,
                "value": "mcp.program",
                "isEnabled": True,
                "allowedMemberTypes": ["Application"],
                "displayName": "Programs of the Flow MCP server of workspace 7, production",
                "description": "Programs that may use the MCP server of workspace 7, production in Flow.",
            },
            {
                "id": person.id,
                "value": "mcp.person",
                "isEnabled": True,
                "allowedMemberTypes": ["User"],
                "displayName": "People of the Flow MCP server of workspace 7, production",
                "description": "People who may use the MCP server of workspace 7, production in Flow.",
            },
        ],
    }
    assert second["identifierUris"] == [TEST]
    assert second["api"]["preAuthorizedApplications"] == [
        {"appId": ASSISTANT, "delegatedPermissionIds": [permissions.scope(declaration, test).id]}
    ]


def test_hand_over_names_values_to_report_and_declared_client_ids() -> None:
    instructions = text(manualRegistrations=MANUAL, **registered(production={"clientId": API}))
    assert f"Entra tenant: {TENANT}" in instructions
    assert f"## 1. Application for 7/production (declared with the client ID {API})" in instructions
    assert "## 2. Application for 7/test (not declared yet)" in instructions
    assert 'applications: {"7/test": {clientId: <appId>}}' in instructions
    assert f"- agent (program, client ID {AGENT}): 7/production, 7/test\n" in instructions
    assert f"- assistant (people, client ID {ASSISTANT}): 7/test\n" in instructions


def test_hand_over_without_clients() -> None:
    assert text().endswith("\n\nNo client is declared yet.\n")


def test_hand_over_is_identical_for_the_same_declaration() -> None:
    assert text(manualRegistrations=MANUAL) == text(manualRegistrations=dict(reversed(MANUAL.items())))
