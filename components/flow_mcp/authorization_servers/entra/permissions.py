"""The scope and the app roles of a protected resource's application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from flow_mcp.authorization_servers.entra import names

if TYPE_CHECKING:
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
    location = _location(resource)
    return Permission(
        _id(declaration, resource, names.SCOPE),
        names.SCOPE,
        f"Use the Flow MCP server of {location}",
        f"Lets an application use the MCP server of {location} in Flow "
        "on behalf of the person who signed in.",
    )


def program_role(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """Return the app role that is assigned to programs."""
    location = _location(resource)
    return Permission(
        _id(declaration, resource, names.PROGRAM_ROLE),
        names.PROGRAM_ROLE,
        f"Programs of the Flow MCP server of {location}",
        f"Programs that may use the MCP server of {location} in Flow.",
    )


def person_role(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """Return the app role that is assigned to the people's groups."""
    location = _location(resource)
    return Permission(
        _id(declaration, resource, names.PERSON_ROLE),
        names.PERSON_ROLE,
        f"People of the Flow MCP server of {location}",
        f"People who may use the MCP server of {location} in Flow.",
    )


def _location(resource: ResourceDeclared) -> str:
    return f"workspace {resource.workspace}, {resource.environment}"


def _id(declaration: Declaration, resource: ResourceDeclared, value: str) -> str:
    """Return a name-based UUID (RFC 9562, section 5.5)."""
    resource_name = f"{declaration.tenant.id}:{resource.workspace}:{resource.environment}"
    return str(uuid5(NAMESPACE_URL, f"urn:flow-mcp:{resource_name}:{value}"))
