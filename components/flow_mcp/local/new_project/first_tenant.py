"""The first tenant of a new project: what must be known of it, and its defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flow_mcp.local.keycloak.server import DEFAULT_PORT

LOCAL_KEYCLOAK = f"http://127.0.0.1:{DEFAULT_PORT}"
"""The Keycloak of `flow-mcp dev start`."""

ADDRESSES: Mapping[str, str] = {
    "keycloak": "URL of the Keycloak server",
    "entra": "ID of the customer's Entra tenant",
    "flow-entra": "ID of the Flow instance's Entra tenant",
    "auth0": "domain of the Auth0 tenant",
    "scalekit": "URL of the Scalekit environment",
    "external": "issuer of the authorization server",
}
"""What identifies an authorization server, by the key of its kind."""


@dataclass(frozen=True)
class FirstTenant:
    """The first tenant of a new project.

    Attributes:
        id: its ID in Flow, and the name of its stack.
        server: URL of the Flow instance.
        kind: key of its kind of authorization server.
        address: what identifies the authorization server, as `ADDRESSES` says.
        workspace: ID of a workspace in Flow.
        environment: ID of an environment of that workspace.
    """

    id: str = "acme"
    server: str = "https://app.profitbase.biz/flow"
    kind: str = "keycloak"
    address: str = LOCAL_KEYCLOAK
    workspace: str = "456"
    environment: str = "test"
