"""How an object that was recreated by hand differs from the one that the stack declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flow_mcp.authorization_servers.adoption import Difference
from flow_mcp.authorization_servers.keycloak.adoption import differences
from flow_mcp.authorization_servers.keycloak.client_properties import client_properties
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.scope_properties import audience_properties, scope_properties
from flow_mcp.authorization_servers.representations import Representation, mapping, text
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


def differences_of(
    declaration: Declaration, resource_type: str, name: str, present: Representation, state: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Return the differences of an existing object from a resource of the stack.

    Args:
        declaration: the declaration that was applied last.
        resource_type: last part of the resource's type in Pulumi.
        name: name of the resource.
        present: the object at the server.
        state: the resource's properties in the stack's state, by name in Pulumi.
    """
    if resource_type == "Client":
        server = cast("Keycloak", declaration.server)
        wanted = client_properties(declaration, server, name, declaration.tenant.clients[name])
        return differences.of_client(present, wanted)
    if resource_type == "ClientScope":
        return differences.of_scope(present, scope_properties(declaration, _resource(declaration, name)))
    if resource_type == "AudienceProtocolMapper":
        key = name.removesuffix("-audience")
        return differences.of_audience(present, audience_properties(_resource(declaration, key)))
    if resource_type == "GenericProtocolMapper":
        pairs = {
            "config": (dict(mapping(present, "config")), dict(state.get("config") or {})),
            "protocolMapper": (text(present, "protocolMapper"), state.get("protocolMapper")),
        }
    else:
        pairs = {"description": (text(present, "description"), state.get("description"))}
    return tuple(
        Difference(key, server_value, stack_value)
        for key, (server_value, stack_value) in pairs.items()
        if server_value != stack_value
    )


def _resource(declaration: Declaration, key: str) -> ResourceDeclared:
    return next(resource for resource in declaration.resources if resource.key == key)
