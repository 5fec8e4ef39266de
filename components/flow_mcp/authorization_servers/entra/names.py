"""Names and identifiers of what a protected resource and a client have in an Entra tenant.

All follow from the declaration, so that they are the same on every machine and in every run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.entra.declaration import Entra

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

SCOPE = "mcp.access"
"""Delegated permission: on behalf of a person."""
PROGRAM_ROLE = "mcp.program"
"""App role of programs. Entra wants values that no scope of the same application has."""
PERSON_ROLE = "mcp.person"
"""App role by which people are assigned to the application; tokens are not judged by it."""
VSCODE = "aebc6443-996d-45c2-90f0-388ff96faa56"
"""https://learn.microsoft.com/azure/app-service/configure-authentication-mcp-server-vscode"""


def identifier_uri(declaration: Declaration, entra: Entra, resource: ResourceDeclared) -> str:
    """The Application ID URI: the MCP URL itself where its host is verified, else one of the tenant's own.

    Entra compares `resource` with it, so that only the first works for clients that send one. The second is
    `api://<tenantId>/<string>`, which needs neither a domain nor the application's ID
    (https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions).
    """
    if is_mcp_url(entra, resource):
        return resource.url
    instance = re.sub(r"[^A-Za-z0-9-]+", ".", _instance(declaration))
    where = f"{declaration.tenant.id}.{resource.workspace}.{resource.environment}"
    return f"api://{entra.tenant_id}/flow-mcp.{instance}.{where}"


def is_mcp_url(entra: Entra, resource: ResourceDeclared) -> bool:
    """Whether the Application ID URI is the resource's own URL."""
    parts = urlsplit(resource.url)
    return parts.scheme == "https" and parts.port is None and entra.verified(parts.hostname) is not None


def api_name(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Display name of a resource's application."""
    return f"Flow MCP {declaration.tenant.id} {resource.key} ({_instance(declaration)})"


def client_name(declaration: Declaration, name: str) -> str:
    """Display name of a client's application."""
    return f"Flow MCP {declaration.tenant.id} client {name} ({_instance(declaration)})"


def notes(declaration: Declaration) -> str:
    """What everything made says of its origin."""
    return f"Made by flow-mcp for the Flow tenant {declaration.tenant.id}; changes made here are undone."


def _instance(declaration: Declaration) -> str:
    """The Flow instance: one Entra tenant may serve several that have a tenant of the same ID."""
    return declaration.instance.server.partition("://")[2]
