"""Which people may use an API: Auth0 roles that hold its permission (RBAC).

Auth0 has no groups of its own: a group that `people` names is a role, and its members are the role's users.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.apis import Permissions
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.engine.plugin.program import cause


def create(
    declaration: Declaration,
    existing: Mapping[str, str],
    permissions: Permissions,
    opts: pulumi.ResourceOptions,
) -> None:
    """Give the roles their permissions, each on its own: what else a role may do stays as it is.

    Args:
        declaration: the tenant.
        existing: IDs of the roles that exist, by name, of `find`; all others are created.
        permissions: the resource of each API's permission, by protected resource's key.
        opts: options of the Pulumi resource.
    """
    url = {resource.key: resource.url for resource in declaration.resources}
    for name, keys in _resources_of_role(declaration).items():
        role_id = existing.get(name) or _create(declaration, name, opts)
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


def find(declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions) -> Mapping[str, str]:
    """IDs by name of the roles that must exist; none where the stack creates them. Auth0 has no name twice.

    Raises:
        AuthorizationServerError: a role does not exist, or cannot be read.
    """
    if server.roles.create:
        return {}
    return {name: _id(name, opts) for name in _resources_of_role(declaration)}


def _resources_of_role(declaration: Declaration) -> Mapping[str, list[str]]:
    """The keys of the protected resources that a role admits to, by its name."""
    keys: dict[str, list[str]] = {}
    for resource in declaration.resources:
        for group in admitted(declaration, resource).groups:
            keys.setdefault(group, []).append(resource.key)
    return dict(sorted(keys.items()))


def _create(declaration: Declaration, name: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    return auth0.Role(
        name,
        name=name,
        description=f"Flow MCP: people of {declaration.tenant.id} who may use its MCP servers",
        opts=opts,
    ).id


def _id(name: str, opts: pulumi.ResourceOptions) -> str:
    try:
        found = auth0.get_role(
            name=name,
            skip_permissions=True,
            skip_users=True,
            opts=pulumi.InvokeOptions(parent=opts.parent, provider=opts.provider),
        )
    except Exception as error:  # whatever the plugin says, it comes as this
        raise AuthorizationServerError(
            f"the Auth0 role {name}, which people: {{groups: […]}} names, cannot be read: {cause(error)}. "
            "Make it in Auth0, or declare roles: {create: true}."
        ) from error
    return found.id
