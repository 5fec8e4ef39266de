"""Creates an application for each protected resource, so that a token is valid for one resource only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.entra import names, permissions
from flow_mcp.authorization_servers.entra.directory import Directory
from flow_mcp.authorization_servers.entra.permissions import Permission
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted


@dataclass(frozen=True)
class ApiApplication:
    """The objects of one protected resource in the Entra tenant.

    Attributes:
        application: the application registration.
        principal: its service principal.
        scope_id: ID of the delegated permission.
        program_role_id: ID of the app role for programs.
    """

    application: azuread.Application
    principal: azuread.ServicePrincipal
    scope_id: str
    program_role_id: str


def create(
    declaration: Declaration, directory: Directory, opts: pulumi.ResourceOptions
) -> Mapping[str, ApiApplication]:
    """Create the applications by key of the protected resource, and assign the people's groups."""
    return {resource.key: _api(declaration, directory, resource, opts) for resource in declaration.resources}


def _api(
    declaration: Declaration,
    directory: Directory,
    resource: ResourceDeclared,
    opts: pulumi.ResourceOptions,
) -> ApiApplication:
    scope = permissions.scope(declaration, resource)
    program, person = (
        permissions.program_role(declaration, resource),
        permissions.person_role(declaration, resource),
    )
    application = azuread.Application(
        resource.key,
        display_name=names.api_name(declaration, resource),
        notes=names.notes(declaration),
        prevent_duplicate_names=True,
        owners=directory.owners,
        sign_in_audience="AzureADMyOrg",
        identifier_uris=[directory.confirmed_uri(declaration, resource)],
        api={
            # The default is tokens of version 1.
            "requested_access_token_version": 2,
            "oauth2_permission_scopes": [
                {
                    "id": scope.id,
                    "value": scope.value,
                    "enabled": True,
                    # With Admin, users cannot consent, so only the preauthorized clients may use it.
                    "type": "Admin",
                    "admin_consent_display_name": scope.display_name,
                    "admin_consent_description": scope.description,
                }
            ],
        },
        app_roles=[_role(program, "Application"), _role(person, "User")],
        opts=opts,
    )
    people = admitted(declaration, resource)
    principal = azuread.ServicePrincipal(
        resource.key,
        client_id=application.client_id,
        # Programs need their role in either case, because the settings document requires it in their tokens.
        app_role_assignment_required=not people.everyone,
        notes=names.notes(declaration),
        owners=directory.owners,
        opts=opts,
    )
    for group in people.groups:
        azuread.AppRoleAssignment(
            f"{resource.key}:{group}",
            app_role_id=person.id,
            principal_object_id=directory.group(group),
            resource_object_id=principal.object_id,
            opts=opts,
        )
    return ApiApplication(application, principal, scope.id, program.id)


def _role(role: Permission, member: str) -> azuread.ApplicationAppRoleArgs:
    return azuread.ApplicationAppRoleArgs(
        id=role.id,
        value=role.value,
        enabled=True,
        allowed_member_types=[member],
        display_name=role.display_name,
        description=role.description,
    )
