"""The properties of applications, service principals and federated credentials.

The module needs no Pulumi, so that they can be compared with those of existing objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flow_mcp.authorization_servers.entra import names, permissions
from flow_mcp.authorization_servers.entra.clouds import CLOUD_VALUES
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.permissions import Permission
from flow_mcp.authorization_servers.entra.redirects import Platform, platform_of
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.federated_credential import FederatedCredential


def api_application(declaration: Declaration, entra: Entra, resource: ResourceDeclared) -> dict[str, Any]:
    """Return the arguments of a protected resource's `Application` by their names in Python."""
    scope = permissions.scope(declaration, resource)
    program, person = (
        permissions.program_role(declaration, resource),
        permissions.person_role(declaration, resource),
    )
    return {
        "display_name": names.api_name(declaration, resource),
        **_common(declaration, entra),
        "identifier_uris": [names.identifier_uri(declaration, entra, resource)],
        "api": {
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
        "app_roles": [_role(program, "Application"), _role(person, "User")],
    }


def client_application(
    declaration: Declaration, entra: Entra, name: str, client: Client, required: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return the arguments of a client's `Application` by their names in Python.

    Args:
        declaration: the tenant's declaration.
        entra: its Entra tenant.
        name: name of the client.
        client: the client.
        required: its required permissions, from `required_permission`.
    """
    platform, redirects = platform_of(client), {"redirect_uris": list(client.redirect_uris)}
    return {
        "display_name": names.client_name(declaration, name),
        **_common(declaration, entra),
        "api": {"requested_access_token_version": 2},
        "required_resource_accesses": list(required),
        "web": redirects if platform is Platform.WEB else None,
        "single_page_application": redirects if platform is Platform.SINGLE_PAGE else None,
        "public_client": redirects if platform is Platform.NATIVE else None,
    }


def required_permission(api_client_id: Any, permission_id: Any, *, program: bool) -> dict[str, Any]:
    """Return the required permission at one API. Each has its own entry, because Entra reorders lists."""
    permission = {"id": permission_id, "type": "Role" if program else "Scope"}
    return {"resource_app_id": api_client_id, "resource_accesses": [permission]}


def service_principal(declaration: Declaration, entra: Entra, *, assignment_required: bool) -> dict[str, Any]:
    """Return the arguments of a `ServicePrincipal` besides `client_id` by their names in Python."""
    return {
        "app_role_assignment_required": assignment_required,
        "notes": names.notes(declaration),
        "owners": list(entra.owners) or None,
    }


def federated_credential(
    declaration: Declaration, entra: Entra, name: str, federated: FederatedCredential
) -> dict[str, Any]:
    """Return the arguments of a client's federated credential besides its application."""
    return {
        "display_name": f"flow-mcp-{name}",
        "description": names.notes(declaration),
        "issuer": federated.issuer,
        "subject": federated.subject,
        "audiences": [federated.audience or CLOUD_VALUES[entra.cloud].token_exchange],
    }


def _common(declaration: Declaration, entra: Entra) -> dict[str, Any]:
    return {
        "notes": names.notes(declaration),
        "prevent_duplicate_names": True,
        "owners": list(entra.owners) or None,
        "sign_in_audience": "AzureADMyOrg",
    }


def _role(role: Permission, member: str) -> dict[str, Any]:
    return {
        "id": role.id,
        "value": role.value,
        "enabled": True,
        "allowed_member_types": [member],
        "display_name": role.display_name,
        "description": role.description,
    }
