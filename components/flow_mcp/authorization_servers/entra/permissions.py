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
    """A scope or a role; the ID is the same on every machine and in every run."""

    id: str
    value: str
    display_name: str
    description: str


def scope(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """Delegated permission of applications that people use."""
    where = _where(resource)
    return Permission(
        _id(declaration, resource, names.SCOPE),
        names.SCOPE,
        f"Use the Flow MCP server of {where}",
        f"Lets an application use the MCP server of {where} in Flow on behalf of the person who signed in.",
    )


def program_role(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """App role that programs are assigned."""
    where = _where(resource)
    return Permission(
        _id(declaration, resource, names.PROGRAM_ROLE),
        names.PROGRAM_ROLE,
        f"Programs of the Flow MCP server of {where}",
        f"Programs that may use the MCP server of {where} in Flow.",
    )


def person_role(declaration: Declaration, resource: ResourceDeclared) -> Permission:
    """App role that the people's groups are assigned."""
    where = _where(resource)
    return Permission(
        _id(declaration, resource, names.PERSON_ROLE),
        names.PERSON_ROLE,
        f"People of the Flow MCP server of {where}",
        f"People who may use the MCP server of {where} in Flow.",
    )


def _where(resource: ResourceDeclared) -> str:
    return f"workspace {resource.workspace}, {resource.environment}"


def _id(declaration: Declaration, resource: ResourceDeclared, value: str) -> str:
    """A name-based UUID (RFC 9562, section 5.5)."""
    where = f"{declaration.tenant.id}:{resource.workspace}:{resource.environment}"
    return str(uuid5(NAMESPACE_URL, f"urn:flow-mcp:{where}:{value}"))
