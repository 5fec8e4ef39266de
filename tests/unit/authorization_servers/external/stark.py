"""A sample tenant on an external authorization server, and functions to load and check it."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.load import Loaded
from tests.unit.declared import problems_of

SERVER = "https://app.profitbase.biz/flow"
AGENT = {"grant": "client-credentials", "access": ["9/production"]}
DESKTOP = {
    "grant": "authorization-code",
    "redirectUris": ["http://127.0.0.1/callback"],
    "access": ["*"],
    "people": "everyone",
}
RESOURCES = {"9/production": {"scopes": ["flow.production"]}, "9/test": {"scopes": ["flow.test"]}}
PERSON = [{"claim": "sid", "must": "present"}]


def tenant(
    *,
    external: dict[str, Any] | None = None,
    clients: dict[str, Any] | None = None,
    manual: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the tenant's declaration, by default with one program and one client for people."""
    default = {
        "authority": "https://id.stark.example",
        "resources": RESOURCES,
        "tokens": {"person": PERSON},
        "clientRegistration": {},
    }
    chosen = {name: value for name, value in (default | (external or {})).items() if value is not None}
    return {
        "id": "stark",
        "workspaces": {"9": {"environments": ["production", "test"]}},
        "authorizationServer": {"external": chosen},
        "clients": {"agent": AGENT, "desktop": DESKTOP} if clients is None else clients,
        "manualRegistrations": manual or {},
    }


def load(declared: dict[str, Any]) -> Loaded:
    return from_configuration(declared, {"server": SERVER}, source="stark")


def problems(declared: dict[str, Any]) -> list[tuple[str, str]]:
    """Return severity and path of all findings."""
    return [(problem.severity, problem.path) for problem in problems_of(lambda: load(declared))]
