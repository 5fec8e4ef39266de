"""The properties of a tenant's objects at Scalekit, for the component and for adoption."""

from __future__ import annotations

from typing import Any, cast

from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.declaration import Declaration


def mcp_server_properties(declaration: Declaration) -> dict[str, Any]:
    """Return the properties of the MCP server, by their names in Python."""
    server = cast("Scalekit", declaration.server)
    # The checks reject a declaration with more than one protected resource.
    (protected,) = declaration.resources
    documents = server.registration.metadata_documents
    return {
        "environment_url": server.environment_url,
        "owner": names.owner(declaration),
        "name": f"Flow {declaration.tenant.id}: workspace {protected.workspace}, {protected.environment}",
        "url": protected.url,
        "scopes": list(names.scopes(declaration)),
        "access_token_seconds": seconds(server.tokens.access),
        "dynamic_registration": server.registration.dynamic is not None,
        "metadata_documents": list(documents.documents) if documents else [],
    }


def client_properties(declaration: Declaration, name: str) -> dict[str, Any]:
    """Return the properties of a client except the MCP server's ID, by their names in Python."""
    server = cast("Scalekit", declaration.server)
    (protected,) = declaration.resources
    return {
        "environment_url": server.environment_url,
        "owner": f"{names.owner(declaration)}:{name}",
        "name": names.client(declaration, name),
        "scopes": list(names.scopes(declaration)),
        "audience": [protected.url],
        "access_token_seconds": seconds(server.tokens.access),
        "redirect_uris": list(declaration.tenant.clients[name].redirect_uris),
    }
