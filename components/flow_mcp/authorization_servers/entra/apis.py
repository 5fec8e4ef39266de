"""Creates an application for each protected resource, so that a token is valid for one resource only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.entra import permissions, properties
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.directory import Directory
from flow_mcp.authorization_servers.entra.permissions import Permission
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted


@dataclass(frozen=True)
class ApiApplication:
    """The objects of one protected resource in the Entra tenant.

    Attributes:
        application: the application registration.
        principal: its service principal; None if the stack leaves it.
        scope_id: ID of the delegated permission.
        program_role_id: ID of the app role for programs.
    """

    application: azuread.Application
    principal: azuread.ServicePrincipal | None
    scope_id: pulumi.Input[str]
    program_role_id: pulumi.Input[str]


def create(
    declaration: Declaration, entra: Entra, directory: Directory, opts: pulumi.ResourceOptions
) -> Mapping[str, ApiApplication]:
    """Create the applications by key of the protected resource, and assign the people's groups.

    The result lacks the resources whose application the stack leaves.
    """
    return {
        resource.key: _api(declaration, entra, directory, resource, opts)
        for resource in declaration.resources
        if not declaration.tenant.leaves("Application", resource.key)
    }


def _api(
    declaration: Declaration,
    entra: Entra,
    directory: Directory,
    resource: ResourceDeclared,
    opts: pulumi.ResourceOptions,
) -> ApiApplication:
    key, tenant = resource.key, declaration.tenant
    directory.confirm_domain(declaration, resource)
    application = azuread.Application(
        key, opts=opts, **properties.api_application(declaration, entra, resource)
    )
    kept = tenant.kept("Application", key)
    role_ids = application.app_role_ids if "appRoles" in kept else None
    scope_ids = application.oauth2_permission_scope_ids if "api" in kept else None
    program_role_id = _id_of(permissions.program_role(declaration, resource), role_ids)
    person_role_id = _id_of(permissions.person_role(declaration, resource), role_ids)
    scope_id = _id_of(permissions.scope(declaration, resource), scope_ids)
    if tenant.leaves("ServicePrincipal", key):
        return ApiApplication(application, None, scope_id, program_role_id)
    people = admitted(declaration, resource)
    # Programs need their role in either case, because the settings document requires it in their tokens.
    arguments = properties.service_principal(declaration, entra, assignment_required=not people.everyone)
    principal = azuread.ServicePrincipal(key, client_id=application.client_id, opts=opts, **arguments)
    for group in people.groups:
        if not tenant.leaves("AppRoleAssignment", f"{key}:{group}"):
            azuread.AppRoleAssignment(
                f"{key}:{group}",
                app_role_id=person_role_id,
                principal_object_id=directory.group(group),
                resource_object_id=principal.object_id,
                opts=opts,
            )
    return ApiApplication(application, principal, scope_id, program_role_id)


def _id_of(permission: Permission, at_server: pulumi.Output[Mapping[str, str]] | None) -> pulumi.Input[str]:
    """Return a permission's ID. In an adopted application that keeps its permissions, it has the server's.

    Args:
        permission: the scope or app role.
        at_server: the IDs of the application's permissions by value; None if they are those of the stack.
    """
    if at_server is None:
        return permission.id
    return at_server.apply(lambda ids: ids.get(permission.value, permission.id))
