"""A sample tenant on Scalekit, and functions to load and check it."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.load import Loaded
from tests.unit.declared import problems_of

SERVER = "https://app.profitbase.biz/flow"
PORTAL = {
    "grant": "authorization-code",
    "clientType": "confidential",
    "redirectUris": ["https://portal.umbrella.example/oauth/callback"],
    "access": ["*"],
    "people": "everyone",
}
AGENT = {"grant": "client-credentials", "access": ["*"]}


def tenant(
    *,
    scalekit: dict[str, Any] | None = None,
    clients: dict[str, Any] | None = None,
    environments: tuple[str, ...] = ("production",),
) -> dict[str, Any]:
    """Return the tenant's declaration, by default with one program and one client for people."""
    return {
        "id": "umbrella",
        "workspaces": {"7": {"environments": list(environments)}},
        "authorizationServer": {
            "scalekit": {"environmentUrl": "https://umbrella.scalekit.com"} | (scalekit or {})
        },
        "clients": {"agent": AGENT, "portal": PORTAL} if clients is None else clients,
    }


def load(declared: dict[str, Any]) -> Loaded:
    return from_configuration(declared, {"server": SERVER}, source="umbrella")


def problems(declared: dict[str, Any]) -> list[tuple[str, str]]:
    """Return severity and path of all findings."""
    return [(problem.severity, problem.path) for problem in problems_of(lambda: load(declared))]
