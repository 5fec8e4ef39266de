"""The scope and the app roles of a protected resource's application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from uuid import NAMESPACE_URL, uuid5

from flow_mcp.authorization_servers.entra import names

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.entra.declaration import ApiNames
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


@dataclass(frozen=True)
class Permission:
    """A scope or app role. Its ID is the same on every machine and in every run."""

    id: str
    value: str
    display_name: str
    description: str


def scope(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """Return the delegated permission for clients that people use."""
    value = _declared(declaration, resource).scope or names.SCOPE
    location = _location(resource)
    return Permission(
        _id(declaration, resource, value),
        value,
        f"Use the Flow MCP server of {location}",
        f"Lets an application use the MCP server of {location} in Flow "
        "on behalf of the person who signed in.",
    )


def program_role(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """Return the app role that is assigned to programs."""
    value = _declared(declaration, resource).program_role or names.PROGRAM_ROLE
    location = _location(resource)
    return Permission(
        _id(declaration, resource, value),
        value,
        f"Programs of the Flow MCP server of {location}",
        f"Programs that may use the MCP server of {location} in Flow.",
    )


def person_role(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """Return the app role that is assigned to the people's groups."""
    value = _declared(declaration, resource).person_role or names.PERSON_ROLE
    location = _location(resource)
    return Permission(
        _id(declaration, resource, value),
        value,
        f"People of the Flow MCP server of {location}",
        f"People who may use the MCP server of {location} in Flow.",
    )


def _declared(declaration: Declaration, resource: ResourceDeclared) -> ApiNames:
    return names.api_names(cast("names.HasApis", declaration.server), resource)


def _location(resource: ResourceDeclared) -> str:
    return f"workspace {resource.workspace}, {resource.environment}"


def _id(declaration: Declaration, resource: ResourceDeclared, value: str) -> str:
    """Return a name-based UUID (RFC 9562, section 5.5)."""
    resource_name = f"{declaration.tenant.id}:{resource.workspace}:{resource.environment}"
    return str(uuid5(NAMESPACE_URL, f"urn:flow-mcp:{resource_name}:{value}"))
