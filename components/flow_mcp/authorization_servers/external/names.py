"""Names, scopes and audiences of a tenant's objects at an external authorization server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.external.declaration import External
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


def audiences(server: External, resource: ResourceDeclared) -> tuple[str, ...]:
    """Return the accepted audiences of tokens for a protected resource."""
    return server.resources[resource.key].audiences or (resource.url,)


def scopes(declaration: Declaration, server: External, access: tuple[str, ...]) -> tuple[str, ...]:
    """Return the scopes of all protected resources of an access list, sorted."""
    resources = declaration.reached_by(access)
    return tuple(sorted({scope for resource in resources for scope in server.resources[resource.key].scopes}))


def people_sign_in(declaration: Declaration, server: External) -> bool:
    """Return whether people can sign in through a client, a manual registration or a registration method."""
    tenant = declaration.tenant
    grants = {
        *(client.grant for client in tenant.clients.values()),
        *(manual.grant for manual in tenant.manual_registrations.values()),
    }
    return Grant.AUTHORIZATION_CODE in grants or any(server.registration_methods.values())


def client(declaration: Declaration, name: str) -> str:
    """Return the name under which a client is registered. It tells administrators which tenant owns it."""
    return f"flow-mcp-{declaration.tenant.id}-{name}"
