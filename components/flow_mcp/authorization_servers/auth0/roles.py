"""Which people may use an API: Auth0 roles that hold its permission (RBAC).

Auth0 has no groups of its own: a group that `people` names is a role, and its members are the role's users.
"""

from __future__ import annotations

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.apis import Permissions
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.declaration.tenant import Declaration


def create(
    declaration: Declaration, server: Auth0, permissions: Permissions, opts: pulumi.ResourceOptions
) -> None:
    """Give the roles their permissions, each on its own: what else a role may do stays as it is.

    Raises:
        AuthorizationServerError: a role that should exist does not.
    """
    resources_of_role: dict[str, list[str]] = {}
    url = {resource.key: resource.url for resource in declaration.resources}
    for resource in declaration.resources:
        for group in people.admitted(declaration, server.registration.ways, resource).groups:
            resources_of_role.setdefault(group, []).append(resource.key)
    for name, keys in sorted(resources_of_role.items()):
        role_id = _role_id(declaration, server, name, opts)
        for key in keys:
            auth0.RolePermission(
                f"{key}:{name}",
                role_id=role_id,
                resource_server_identifier=url[key],
                permission=names.SCOPE,
                opts=pulumi.ResourceOptions.merge(
                    opts, pulumi.ResourceOptions(depends_on=[permissions[key]])
                ),
            )


def _role_id(
    declaration: Declaration, server: Auth0, name: str, opts: pulumi.ResourceOptions
) -> pulumi.Input[str]:
    if server.roles.create:
        return auth0.Role(
            name,
            name=name,
            description=f"Flow MCP: people of {declaration.tenant.id} who may use its MCP servers",
            opts=opts,
        ).id
    try:
        found = auth0.get_role(
            name=name,
            skip_permissions=True,
            skip_users=True,
            opts=pulumi.InvokeOptions(parent=opts.parent, provider=opts.provider),
        )
    except Exception as error:  # whatever the plugin says, it comes as this
        raise AuthorizationServerError(
            f"the Auth0 role {name}, which people: {{groups: […]}} names, cannot be read: {error}. "
            "Make it in Auth0, or declare roles: {create: true}."
        ) from error
    return found.id
