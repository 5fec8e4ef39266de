"""The properties of a declared client. The module needs no Pulumi, so that they can be compared."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.grants import AUTHENTICATORS
from flow_mcp.authorization_servers.keycloak.names import OVERLAP_ATTRIBUTE
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client, PrivateKeyJwt
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant

DEFAULT_SCOPES = ("basic",)
"""The default scopes of a client: `basic` adds `sub`, and MCP servers need no other claims."""


def default_scopes_name(client: str) -> str:
    """Return the name of the resource with the default scopes of a client."""
    return f"{client}-default-scopes"


def optional_scopes_name(client: str) -> str:
    """Return the name of the resource with the optional scopes of a client."""
    return f"{client}-optional-scopes"


def client_properties(
    declaration: Declaration, server: Keycloak, name: str, declared: Client
) -> dict[str, Any]:
    """Return the arguments of the resource `Client` by their names in Python.

    They lack those whose values Keycloak assigns: the realm and the aliases of identity providers.
    """
    person = declared.grant is Grant.AUTHORIZATION_CODE
    overlap = declared.secret.overlap if declared.secret else None
    return {
        "client_id": declaration.client_id(name),
        "name": name,
        "description": f"Flow MCP client {name} of {declaration.tenant.id}",
        "enabled": True,
        "access_type": "CONFIDENTIAL" if declared.confidential else "PUBLIC",
        "client_authenticator_type": AUTHENTICATORS.get(declared.authentication, "client-secret"),
        "standard_flow_enabled": person,
        "implicit_flow_enabled": False,
        "direct_access_grants_enabled": False,
        "service_accounts_enabled": not person,
        "full_scope_allowed": False,
        "pkce_code_challenge_method": "S256" if person else "",
        "valid_redirect_uris": list(declared.redirect_uris),
        "web_origins": list(declared.web_origins),
        "access_token_lifespan": str(seconds(server.tokens.access)),
        "extra_config": {
            # The settings document names this algorithm, so the realm's default must not apply.
            "access.token.signed.response.alg": "RS256",
            "flowMcpOwner": names.owner(declaration),
            **({OVERLAP_ATTRIBUTE: overlap} if overlap else {}),
            **_keys(declared.private_key_jwt),
            **({"dpop.bound.access.tokens": "true"} if declaration.binding(declared) else {}),
        },
    }


def _keys(declared: PrivateKeyJwt | None) -> dict[str, str]:
    """Return the attributes with the public key of a client that authenticates with a private key JWT."""
    if declared is None:
        return {}
    if declared.jwks_url:
        return {"use.jwks.url": "true", "jwks.url": declared.jwks_url}
    certificate = declared.certificate or ""
    body = (line for line in certificate.splitlines() if "-----" not in line)
    attributes = {"use.jwks.url": "false", "jwt.credential.certificate": "".join(body)}
    if declared.previous_certificate is None:
        return attributes
    # Imported on use only: few clients have two keys.
    from flow_mcp.authorization_servers.keycloak.key_set import key_set

    key_set_attributes = {"jwks.string": key_set(declared.previous_certificate, certificate)}
    return {**attributes, "use.jwks.string": "true", **key_set_attributes}
