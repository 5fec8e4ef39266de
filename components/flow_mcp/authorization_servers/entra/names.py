"""Names and identifiers of the objects of protected resources and clients in an Entra tenant.

They follow from the declaration, so they are the same on every machine and in every run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.entra.declaration import ApiNames, Entra

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

    HasApis = Entra | FlowEntra

SCOPE = "mcp.access"
"""Value of the delegated permission, with which a client acts on behalf of a person."""
PROGRAM_ROLE = "mcp.program"
"""Value of the app role for programs. Entra requires that it differs from the application's scopes."""
PERSON_ROLE = "mcp.person"
"""Value of the app role with which people are assigned to the application. The runtime does not read it."""
NO_ROLE = "00000000-0000-0000-0000-000000000000"
"""The role ID of an assignment to an application without roles (Microsoft Graph, appRoleAssignment)."""
VSCODE = "aebc6443-996d-45c2-90f0-388ff96faa56"
"""Client ID of Visual Studio Code;
https://learn.microsoft.com/azure/app-service/configure-authentication-mcp-server-vscode"""

_NO_NAMES = ApiNames()


def identifier_uri(declaration: Declaration, entra: Entra, resource: ResourceDeclared) -> str:
    """Return the Application ID URI: the declared one, the MCP URL, or else `api://<tenantId>/<string>`.

    It is the MCP URL if the URL's host is on a verified domain. Entra compares `resource` with it, so clients
    that send `resource` need the MCP URL. The other form needs neither a domain nor the application's ID
    (https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions).
    """
    declared = api_names(entra, resource).identifier_uri
    return declared or own_identifier_uri(declaration.instance.server, declaration.tenant.id, entra, resource)


def own_identifier_uri(flow_server: str, tenant_id: str, entra: Entra, resource: ResourceDeclared) -> str:
    """Return the Application ID URI of a resource whose application the declaration does not name.

    Args:
        flow_server: URL of the Flow instance.
        tenant_id: the tenant's ID in Flow.
        entra: the Entra tenant.
        resource: the protected resource.
    """
    if _is_verified(entra, resource):
        return resource.url
    instance = re.sub(r"[^A-Za-z0-9-]+", ".", flow_server.partition("://")[2])
    resource_name = f"{tenant_id}.{resource.workspace}.{resource.environment}"
    return f"api://{entra.tenant_id}/flow-mcp.{instance}.{resource_name}"


def is_mcp_url(entra: Entra, resource: ResourceDeclared) -> bool:
    """Return whether the Application ID URI is the resource's URL."""
    declared = api_names(entra, resource).identifier_uri
    return declared == resource.url if declared else _is_verified(entra, resource)


def _is_verified(entra: Entra, resource: ResourceDeclared) -> bool:
    parts = urlsplit(resource.url)
    return parts.scheme == "https" and parts.port is None and entra.verified(parts.hostname) is not None


def api_names(server: HasApis, resource: ResourceDeclared) -> ApiNames:
    """Return the declared names of a resource's existing application; without values if none are declared."""
    return (server.apis or {}).get(resource.key, _NO_NAMES)


def api_name(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Return the display name of a resource's application."""
    return f"Flow MCP {declaration.tenant.id} {resource.key} ({_instance(declaration)})"


def client_name(declaration: Declaration, name: str) -> str:
    """Return the display name of a client's application."""
    return f"Flow MCP {declaration.tenant.id} client {name} ({_instance(declaration)})"


def notes(declaration: Declaration) -> str:
    """Return the note that is set on all objects of the stack."""
    return f"Made by flow-mcp for the Flow tenant {declaration.tenant.id}; changes made here are undone."


def _instance(declaration: Declaration) -> str:
    """Return the name of the Flow instance, because several instances may have a tenant of the same ID."""
    return declaration.instance.server.partition("://")[2]
