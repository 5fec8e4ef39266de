"""A sample tenant on Entra, and functions to load and check it."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.load import Loaded
from flow_mcp.settings import SettingsDocument
from tests.unit.declared import problems_of

TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
SERVER = "https://flow.contoso.example/flow"
BASE = f"{SERVER}/mcp/tenants/contoso/workspaces/7/environments/"
PRODUCTION, TEST = BASE + "production", BASE + "test"
PEOPLE = {"groups": ["planners"]}
SECRET = {"issued": "2026-11-01", "lifetime": "180d"}
IDS = {
    "7/production": "a0000000-0000-4000-8000-000000000001",
    "7/test": "a0000000-0000-4000-8000-000000000002",
    "agent": "c0000000-0000-4000-8000-000000000001",
    "desktop": "c0000000-0000-4000-8000-000000000002",
}
"""Client IDs that Entra assigned, by resource key and client name."""


def agent(**changes: Any) -> dict[str, Any]:
    """Return the declaration of a program."""
    return {"grant": "client-credentials", "access": ["7/production"], "secret": SECRET} | changes


def desktop(**changes: Any) -> dict[str, Any]:
    """Return the declaration of a client for people."""
    return {
        "grant": "authorization-code",
        "redirectUris": ["http://127.0.0.1/callback"],
        "access": ["*"],
        "people": PEOPLE,
    } | changes


def tenant(
    *,
    entra: dict[str, Any] | None = None,
    clients: dict[str, Any] | None = None,
    manual: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the tenant's declaration, by default with one program and one client for people."""
    server = {"tenantId": TENANT, "verifiedDomains": ["contoso.example"]} | (entra or {})
    return {
        "id": "contoso",
        "workspaces": {"7": {"environments": ["production", "test"]}},
        "authorizationServer": {"entra": server},
        "clients": {"agent": agent(), "desktop": desktop()} if clients is None else clients,
        "manualRegistrations": manual or {},
    }


def load(declared: dict[str, Any]) -> Loaded:
    return from_configuration(declared, {"server": SERVER}, source="contoso")


def settings(**parts: Any) -> SettingsDocument:
    """Return the settings document of a declaration."""
    declaration = load(tenant(**parts)).declaration
    return declaration.kind.settings(declaration, IDS)


def problems(declared: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return severity, path and message of all errors and warnings, except the warning about PKCE."""
    return [
        (problem.severity, problem.path, problem.message)
        for problem in problems_of(lambda: load(declared))
        if problem.severity != "info" and "code_challenge_methods_supported" not in problem.message
    ]
