"""A sample tenant on the Flow instance's Entra tenant, and functions to load and check it."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.load import Loaded
from tests.unit.declared import problems_of

TENANT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
SERVER = "https://app.profitbase.biz/flow"
BASE = f"{SERVER}/mcp/tenants/fabrikam/workspaces/7/environments/"
PRODUCTION, TEST = BASE + "production", BASE + "test"
SAAS: dict[str, Any] = {"tenantId": TENANT, "verifiedDomains": ["profitbase.biz"]}
ON_PREMISES = SAAS | {"deployment": "on-premises"}
API, OTHER_API = "a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"
AGENT, ASSISTANT = "c0000000-0000-4000-8000-000000000001", "c0000000-0000-4000-8000-000000000002"


def tenant(**parts: Any) -> dict[str, Any]:
    """Return the tenant's declaration, by default without an authorization server and without clients."""
    return {"id": "fabrikam", "workspaces": {"7": {"environments": ["production", "test"]}}} | parts


def registered(**applications: dict[str, Any]) -> dict[str, Any]:
    """Return the section of the applications that an administrator created on-premises, by environment."""
    by_resource = {f"7/{environment}": application for environment, application in applications.items()}
    return {"authorizationServer": {"flow-entra": {"applications": by_resource}}}


def load(declared: dict[str, Any], flow_entra: dict[str, Any] | None = SAAS) -> Loaded:
    instance = {"server": SERVER, **({"flowEntra": flow_entra} if flow_entra else {})}
    return from_configuration(declared, instance, source="fabrikam")


def problems(
    declared: dict[str, Any], flow_entra: dict[str, Any] | None = SAAS
) -> list[tuple[str, str, str]]:
    """Return severity, path and message of all errors and warnings, except the warning about PKCE."""
    return [
        (problem.severity, problem.path, problem.message)
        for problem in problems_of(lambda: load(declared, flow_entra))
        if problem.severity != "info" and "code_challenge_methods_supported" not in problem.message
    ]
