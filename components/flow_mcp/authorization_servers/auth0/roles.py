"""Assigns the permissions of APIs to the Auth0 roles of the people who may use them (RBAC).

Auth0 has no groups: a group in `people` is a role, and its members are the users with that role.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.apis import Permissions, after_permission
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.auth0.role_properties import description, resources_of_role
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.plugin.program import cause


def create(
    declaration: Declaration,
    existing: Mapping[str, str],
    permissions: Permissions,
    opts: pulumi.ResourceOptions,
) -> None:
    """Assign the permissions to the roles. Other permissions of a role are not changed.

    Args:
        declaration: the tenant's declaration.
        existing: IDs of existing roles by name, from `find`; all other roles are created.
        permissions: the resource of each API's permission, by key of the protected resource.
        opts: options of the Pulumi resources.
    """
    url = {resource.key: resource.url for resource in declaration.resources}
    for name, keys in resources_of_role(declaration).items():
        role_id = existing.get(name) or _create(declaration, name, opts)
        for key in keys:
            if declaration.tenant.leaves("RolePermission", f"{key}:{name}"):
                continue
            auth0.RolePermission(
                f"{key}:{name}",
                role_id=role_id,
                resource_server_identifier=url[key],
                permission=names.SCOPE,
                opts=after_permission(permissions, key, opts),
            )


def find(declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions) -> Mapping[str, str]:
    """Return the IDs of the required roles by name; empty if the stack creates the roles.

    Names of roles are unique in Auth0.

    Raises:
        AuthorizationServerError: a role does not exist or cannot be read.
    """
    if server.roles.create:
        return {}
    return {name: _id(name, opts) for name in resources_of_role(declaration)}


def _create(declaration: Declaration, name: str, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    return auth0.Role(
        name,
        name=name,
        description=description(declaration),
        opts=opts,
    ).id


def _id(name: str, opts: pulumi.ResourceOptions) -> str:
    try:
        role = auth0.get_role(
            name=name,
            skip_permissions=True,
            skip_users=True,
            opts=pulumi.InvokeOptions(parent=opts.parent, provider=opts.provider),
        )
    except Exception as error:  # the SDK raises no narrower type
        raise AuthorizationServerError(
            f"The Auth0 role {name}, which people: {{groups: […]}} declares, cannot be read: {cause(error)}. "
            "Create it in Auth0, or declare roles: {create: true}."
        ) from error
    return role.id
