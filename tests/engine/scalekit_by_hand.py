"""A Scalekit environment that an administrator made by hand, on the stand-in."""

from __future__ import annotations

import copy
from typing import Any

from tests.engine.scalekit import URL
from tests.standin.scalekit_server import ScalekitServer

OTHER_URL = "https://erp.example/mcp"

_CLAUDE = "https://claude.ai/oauth/*"


def scopes(*names: str) -> list[dict[str, Any]]:
    """Return the scopes of an MCP server, as a response has them."""
    return [{"id": f"perm_{name}", "name": name, "description": "", "enabled": True} for name in names]


def mcp_server(**more: Any) -> dict[str, Any]:
    """Return an MCP server without its ID, as a response has it."""
    return {
        "resource_type": "MCP_SERVER",
        "name": "Flow",
        "description": "Made in the dashboard",
        "resource_uri": URL,
        "scopes": scopes("mcp:read", "mcp:write"),
        "access_token_expiry": "3600",
        "disable_dynamic_client_registration": True,
        "enable_cimd": False,
        "cimd_client_allowlist_enabled": False,
        "cimd_client_allowlist": [],
        **more,
    }


def client(name: str, **more: Any) -> dict[str, Any]:
    """Return a client without its IDs, as a response has it."""
    return {
        "name": name,
        "description": "",
        "scopes": ["mcp:read"],
        "audience": [],
        "expiry": "3600",
        "redirect_uris": [],
        "is_dcr": False,
        "is_cimd": False,
        "secrets": [{"id": "sec_1", "secret_suffix": "9x2a", "status": "ACTIVE"}],
        **more,
    }


ENVIRONMENT: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]]]] = {
    # The server lists another owner's MCP server first.
    "res_9": (mcp_server(name="ERP", resource_uri=OTHER_URL), {"m2m_90": client("ERP agent")}),
    "res_1": (
        mcp_server(
            enable_cimd=True,
            cimd_client_allowlist_enabled=True,
            cimd_client_allowlist=[
                {"type": "URL", "value": _CLAUDE},
                {"type": "PREDEFINED", "value": "CHATGPT"},
            ],
        ),
        {
            "m2m_15": client("mcp-client", is_dcr=True, secrets=[]),
            "m2m_14": client("Portal", redirect_uris=["https://portal.example/cb", "https://*.example/cb"]),
            "m2m_13": client("Nightly Agent", scopes=["mcp:read", "mcp:write"], audience=[URL]),
            "m2m_12": client("Nightly Agent", custom_claims=[{"key": "department", "value": "finance"}]),
            "m2m_11": client("Ünïcode", redirect_uris=["cursor://callback"], expiry="600", secrets=[]),
            "m2m_10": client("flow-mcp-globex-agent", description="flow-mcp:globex:agent"),
        },
    ),
}
"""MCP servers with their clients, by ID."""


def make_by_hand(server: ScalekitServer) -> None:
    """Put the environment into a stand-in."""
    for resource_id, (resource, clients) in copy.deepcopy(ENVIRONMENT).items():
        server.resources[resource_id] = {"id": resource_id, **resource}
        for client_id, representation in clients.items():
            server.clients[client_id] = {
                **representation,
                "client_id": client_id,
                "resource_id": resource_id,
            }
            server.client_secrets[client_id] = f"secret-of-{client_id}"


def recreate_by_hand(server: ScalekitServer) -> dict[str, Any]:
    """Delete all MCP servers of a stand-in, make one again with a client, and return its clients by ID."""
    server.resources = {"res_2": {"id": "res_2", **mcp_server(scopes=scopes("flow:mcp"))}}
    agent = client("flow-mcp-umbrella-nightly-agent", scopes=["flow:mcp"])
    server.clients = {"m2m_20": {**agent, "client_id": "m2m_20", "resource_id": "res_2"}}
    return dict(server.clients)


def content(server: ScalekitServer) -> tuple[Any, Any]:
    """Return a copy of everything in a stand-in that the API can change."""
    return copy.deepcopy((server.resources, server.clients))
