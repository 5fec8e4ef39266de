"""The properties of a protected resource's scope and mappers, to create or compare them.

Names of properties are those of the resources in Python.
"""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

MAPPERS = {
    # A client that requests scopes at registration loses the realm's default scopes: `basic` has the `sub`.
    "subject": ("oidc-sub-mapper", {"access.token.claim": "true", "introspection.token.claim": "true"}),
    # Marks the tokens of service accounts. It is in the same scope as the audience, so no client can omit it.
    "program": (
        "oidc-usersessionmodel-note-mapper",
        {
            "access.token.claim": "true",
            "claim.name": "client_id",
            "id.token.claim": "false",
            "introspection.token.claim": "true",
            "jsonType.label": "String",
            "user.session.note": "client_id",
            "userinfo.token.claim": "false",
        },
    ),
}
"""The mappers of a scope besides its audience: kind and configuration in Keycloak, by name."""


def scope_properties(declaration: Declaration, resource: ResourceDeclared) -> dict[str, Any]:
    """Return the arguments of the resource `ClientScope`, without the realm."""
    return {
        "name": names.scope(declaration, resource),
        "description": f"Flow MCP server of {declaration.tenant.id}, {resource.key}",
        "include_in_token_scope": True,
        "consent_screen_text": f"Flow: workspace {resource.workspace}, {resource.environment}",
    }


def audience_properties(resource: ResourceDeclared) -> dict[str, Any]:
    """Return the arguments of the resource `AudienceProtocolMapper`, without the realm and the scope."""
    return {
        "name": "audience",
        "included_custom_audience": resource.url,
        "add_to_id_token": False,
        "add_to_access_token": True,
    }
