"""Names and marks of what a tenant has at another authorization server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.external.declaration import External
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


def audiences(server: External, resource: ResourceDeclared) -> tuple[str, ...]:
    """What tokens for a protected resource name as their audience."""
    return server.resources[resource.key].audiences or (resource.url,)


def scopes(declaration: Declaration, server: External, access: tuple[str, ...]) -> tuple[str, ...]:
    """The scopes of all protected resources that an access list means, sorted."""
    found = {s for resource in declaration.reached_by(access) for s in server.resources[resource.key].scopes}
    return tuple(sorted(found))


def people_sign_in(declaration: Declaration, server: External) -> bool:
    """Whether there is any way to a person's token."""
    tenant = declaration.tenant
    grants = {
        *(client.grant for client in tenant.clients.values()),
        *(manual.grant for manual in tenant.manual_registrations.values()),
    }
    return Grant.AUTHORIZATION_CODE in grants or any(server.registration.methods.values())


def client(declaration: Declaration, name: str) -> str:
    """The name under which a client is registered; it tells an administrator whose it is."""
    return f"flow-mcp-{declaration.tenant.id}-{name}"
