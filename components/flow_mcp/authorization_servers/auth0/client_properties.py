"""The properties that the stack sets on a client and its credentials. Adoption compares them with Auth0's."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant

OWNER_KEY = "flow_mcp_owner"
"""The key of a client's metadata with the stack that created it."""


def client_properties(declaration: Declaration, server: Auth0, name: str, declared: Client) -> dict[str, Any]:
    """Return the properties of a client, by name in Python. None: the stack does not set the property."""
    person = declared.grant is Grant.AUTHORIZATION_CODE
    refresh = server.tokens.refresh if person else None
    return {
        "name": declaration.client_id(name),
        "description": f"Flow MCP client {name} of {declaration.tenant.id}",
        "app_type": _app_type(declared),
        "is_first_party": True,
        "oidc_conformant": True,
        "grant_types": ["authorization_code", *(["refresh_token"] if refresh else [])]
        if person
        else ["client_credentials"],
        # Set even if empty, because the plugin keeps the former values of an absent property.
        "callbacks": list(declared.redirect_uris),
        "web_origins": list(declared.web_origins),
        "allowed_origins": list(declared.web_origins),
        "jwt_configuration": {"alg": "RS256"},
        "refresh_token": {
            "rotation_type": "rotating",
            "expiration_type": "expiring",
            "token_lifetime": seconds(refresh.lifetime),
            "idle_token_lifetime": seconds(refresh.idle),
            "infinite_token_lifetime": False,
            "infinite_idle_token_lifetime": False,
            "leeway": 0,
        }
        if refresh
        else None,
        "require_proof_of_possession": True if declaration.binding(declared) else None,
        "client_metadata": {OWNER_KEY: names.owner(declaration)},
    }


def authentication_method(declared: Client) -> str:
    """Return how a client authenticates at the token endpoint."""
    if declared.private_key_jwt:
        return "private_key_jwt"
    return "client_secret_basic" if declared.confidential else "none"


def _app_type(declared: Client) -> str:
    if declared.grant is Grant.CLIENT_CREDENTIALS:
        return "non_interactive"
    if declared.confidential:
        return "regular_web"
    return "spa" if declared.web_origins else "native"
