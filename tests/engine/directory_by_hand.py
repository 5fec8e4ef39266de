"""An Entra tenant whose applications were registered by hand, in the stand-in for azuread."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from tests.standin.azuread_rules import (
    APPLICATION,
    ASSIGNMENT,
    FEDERATED,
    PASSWORD,
    PREAUTHORIZED,
    SERVICE_PRINCIPAL,
)
from tests.standin.server import Account

TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
NO_ROLE = "00000000-0000-0000-0000-000000000000"
GRAPH = "00000003-0000-0000-c000-000000000000"
VSCODE = "aebc6443-996d-45c2-90f0-388ff96faa56"
PLANNERS, CONTROLLERS = (
    "aaaaaaaa-0000-4000-8000-000000000001",
    "aaaaaaaa-0000-4000-8000-000000000002",
)
ADA, BEN = "bbbbbbbb-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
NAMES = {PLANNERS: "planners", CONTROLLERS: "controllers", ADA: "Ada", BEN: "Ben"}


def guid(name: str) -> str:
    """Return an ID that is the same in every run."""
    return str(uuid5(NAMESPACE_DNS, name))


class DirectoryByHand:
    """Adds objects to an account, as an administrator does in the Entra admin center.

    Args:
        account: the Entra tenant in the stand-in.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def application(self, name: str, *, principal: dict[str, Any] | None = None, **properties: Any) -> None:
        """Register an application with its service principal; `principal` has the latter's properties."""
        scopes = properties.get("api", {}).get("oauth2PermissionScopes", [])
        state = {
            "id": f"/applications/{guid(f'{name} object')}",
            "objectId": guid(f"{name} object"),
            "clientId": guid(name),
            "displayName": name,
            "publisherDomain": "contoso.example",
            "signInAudience": "AzureADMyOrg",
            "appRoleIds": {role["value"]: role["id"] for role in properties.get("appRoles", [])},
            "oauth2PermissionScopeIds": {scope["value"]: scope["id"] for scope in scopes},
            **properties,
        }
        self._add(APPLICATION, state)
        self.principal(name, state, **(principal or {}))

    def principal(self, name: str, application: dict[str, Any] | None = None, **properties: Any) -> None:
        """Add a service principal. Without an application, its registration is in another Entra tenant."""
        registered = application or {"clientId": guid(name), "appRoleIds": {}, "oauth2PermissionScopeIds": {}}
        state = {
            "id": f"/servicePrincipals/{guid(f'{name} principal')}",
            "objectId": guid(f"{name} principal"),
            "displayName": name,
            "accountEnabled": True,
            "type": "Application",
            **{key: registered[key] for key in ("clientId", "appRoleIds", "oauth2PermissionScopeIds")},
            **properties,
        }
        self._add(SERVICE_PRINCIPAL, state)

    def assignment(self, principal: str, kind: str, api: str, role: str = NO_ROLE) -> None:
        """Assign a role of an API to a program, by its name, or to a group or a person, by its ID."""
        resource = guid(f"{api} principal")
        program = kind == "ServicePrincipal"
        assignment_id = f"{guid(f'{principal} {api} {role}').replace('-', '_')}"
        state = {
            "id": f"/servicePrincipals/{resource}/appRoleAssignedTo/{assignment_id}",
            "appRoleId": role,
            "principalObjectId": guid(f"{principal} principal") if program else principal,
            "principalType": kind,
            "principalDisplayName": principal if program else NAMES[principal],
            "resourceObjectId": resource,
            "resourceDisplayName": api,
        }
        self._add(ASSIGNMENT, state)

    def preauthorize(self, client_id: str, api: str, scope: str) -> None:
        """Preauthorize a client for a scope of an API."""
        object_id = guid(f"{api} object")
        state = {
            "id": f"{object_id}/preAuthorizedApplication/{client_id}",
            "applicationId": f"/applications/{object_id}",
            "authorizedClientId": client_id,
            "permissionIds": [scope],
        }
        self._add(PREAUTHORIZED, state)

    def password(self, name: str, label: str, start: str, end: str) -> None:
        """Add a client secret to an application."""
        object_id, key_id = guid(f"{name} object"), guid(f"{name} {label}")
        state = {
            "id": f"{object_id}/password/{key_id}",
            "applicationId": f"/applications/{object_id}",
            "displayName": label,
            "keyId": key_id,
            "startDate": f"{start}T09:30:00.1234567Z",
            "endDate": f"{end}T09:30:00Z",
        }
        self._add(PASSWORD, state)

    def federated(self, name: str, label: str, issuer: str, subject: str) -> None:
        """Add a federated credential to an application."""
        object_id, credential = guid(f"{name} object"), guid(f"{name} {label}")
        state = {
            "id": f"{object_id}/federatedIdentityCredential/{credential}",
            "applicationId": f"/applications/{object_id}",
            "credentialId": credential,
            "displayName": label,
            "issuer": issuer,
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
        }
        self._add(FEDERATED, state)

    def in_graph(self, name: str, **properties: Any) -> None:
        """Set properties of an application that the plugin does not have, as Microsoft Graph names them."""
        self._account.given.setdefault("graph", {})[guid(f"{name} object")] = properties

    def grant(self, name: str, api: str, scope: str) -> None:
        """Consent to a delegated permission for all people."""
        entry = {
            "id": guid(f"{name} {api} grant"),
            "clientId": guid(f"{name} principal"),
            "resourceId": guid(f"{api} principal"),
            "consentType": "AllPrincipals",
            "scope": scope,
        }
        self._account.given.setdefault("grants", []).append(entry)

    def _add(self, token: str, state: dict[str, Any]) -> None:
        self._account.objects.setdefault(token, {})[state["id"]] = state


def scope(value: str, **properties: Any) -> dict[str, Any]:
    """Return a delegated permission."""
    texts = {"adminConsentDisplayName": value, "adminConsentDescription": f"Use {value}"}
    return {"id": guid(value), "value": value, "enabled": True, "type": "Admin", **texts, **properties}


def role(value: str, *members: str) -> dict[str, Any]:
    """Return an app role."""
    texts = {"displayName": value, "description": f"Has {value}"}
    return {
        "id": guid(value),
        "value": value,
        "enabled": True,
        "allowedMemberTypes": [*members],
        **texts,
    }


def required(api_client_id: str, permission_id: str, kind: str) -> dict[str, Any]:
    """Return a required permission."""
    return {"resourceAppId": api_client_id, "resourceAccesses": [{"id": permission_id, "type": kind}]}
