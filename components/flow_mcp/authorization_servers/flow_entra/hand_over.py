"""Instructions for the Azure administrator who creates the applications of an on-premises instance.

The JSON bodies are those of Microsoft Graph (https://learn.microsoft.com/graph/api/resources/application), so
they can be pasted into Graph Explorer or another client of Microsoft Graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from flow_mcp.authorization_servers.entra import names, permissions
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
from flow_mcp.authorization_servers.flow_entra.instance import entra, identifier_uri
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

_HEAD = """\
# Flow MCP servers of {tenant}: applications to create in Microsoft Entra ID

Entra tenant: {tenant_id}
For: an Application Administrator or Cloud Application Administrator of that tenant.
"""

_API = """\
## {number}. Application for {resource} ({state})

1. In Microsoft Graph, POST /v1.0/applications with the body below. Do not change the body: tokens must have
   version 2, and the application is for this MCP server only.
2. Note `appId` and `id` of the response. POST /v1.0/servicePrincipals with
   {{"appId": "<appId>", "appRoleAssignmentRequired": true}}
3. Assign the groups of the people who may use it (Enterprise applications, this application, Users and
   groups) with the role "{person_role}". Nobody else can sign in.
4. {report}

```json
{body}
```
"""

_CLIENTS = """\
## {number}. Applications of the clients

Each client needs its own app registration, for accounts in this organizational directory only. Report its
client ID to the people who maintain the Flow tenant's declaration (manualRegistrations).
Programs: grant the application permission `{program_role}` of each application named below, with admin
consent, and add a federated credential, or a secret with an expiry date.
Clients for people: add the delegated permission `{scope}`. The applications above list them as preauthorized,
so nobody is asked for consent.

"""


def hand_over(declaration: Declaration) -> str:
    """Return the instructions in Markdown. All values are of forms that need no escaping there or in JSON."""
    head = _HEAD.format(tenant=declaration.tenant.id, tenant_id=entra(declaration).tenant_id)
    apis = [_api(declaration, resource, number) for number, resource in enumerate(declaration.resources, 1)]
    clients = _CLIENTS.format(number=len(apis) + 1, program_role=names.PROGRAM_ROLE, scope=names.SCOPE)
    return "\n".join([head, *apis, clients]) + (
        "".join(_listed(declaration)) or "No client is declared yet.\n"
    )


def _api(declaration: Declaration, resource: ResourceDeclared, number: int) -> str:
    registered = cast("FlowEntra", declaration.server).applications.get(resource.key)
    return _API.format(
        number=number,
        resource=resource.key,
        state=f"declared with the client ID {registered.client_id}" if registered else "not declared yet",
        person_role=names.PERSON_ROLE,
        report="The application is declared. Compare it with the body, and correct every difference."
        if registered
        else f'Report `appId`. Declare it as applications: {{"{resource.key}": {{clientId: <appId>}}}}.',
        body=json.dumps(_body(declaration, resource), indent=2),
    )


def _body(declaration: Declaration, resource: ResourceDeclared) -> dict[str, Any]:
    scope = permissions.scope(declaration, resource)
    people = [
        manual.client_id
        for _, manual in sorted(declaration.tenant.manual_registrations.items())
        if manual.grant is Grant.AUTHORIZATION_CODE and resource in declaration.reached_by(manual.access)
    ]
    return {
        "displayName": names.api_name(declaration, resource),
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [identifier_uri(declaration, resource)],
        "api": {
            "requestedAccessTokenVersion": 2,
            "oauth2PermissionScopes": [
                {
                    "id": scope.id,
                    "value": scope.value,
                    "type": "Admin",
                    "isEnabled": True,
                    "adminConsentDisplayName": scope.display_name,
                    "adminConsentDescription": scope.description,
                }
            ],
            "preAuthorizedApplications": [
                {"appId": client_id, "delegatedPermissionIds": [scope.id]} for client_id in people
            ],
        },
        "appRoles": [
            {
                "id": role.id,
                "value": role.value,
                "isEnabled": True,
                "allowedMemberTypes": [member],
                "displayName": role.display_name,
                "description": role.description,
            }
            for role, member in (
                (permissions.program_role(declaration, resource), "Application"),
                (permissions.person_role(declaration, resource), "User"),
            )
        ],
    }


def _listed(declaration: Declaration) -> Iterator[str]:
    for name, manual in sorted(declaration.tenant.manual_registrations.items()):
        kind = "program" if manual.grant is Grant.CLIENT_CREDENTIALS else "people"
        keys = ", ".join(resource.key for resource in declaration.reached_by(manual.access))
        yield f"- {name} ({kind}, client ID {manual.client_id}): {keys}\n"
