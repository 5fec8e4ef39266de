"""The objects of a stand-in's Entra tenant as Microsoft Graph returns them.

Sources: https://learn.microsoft.com/graph/api/resources/application and …/serviceprincipal. A test can add
what the plugin's properties do not have as `given["graph"]`: properties by the object ID of an application or
a service principal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.standin.azuread_rules import (
    APPLICATION,
    ASSIGNMENT,
    FEDERATED,
    PASSWORD,
    PREAUTHORIZED,
    SERVICE_PRINCIPAL,
)
from tests.standin.server import Account
from tests.standin.values import Properties

_APPLICATION = re.compile(r"/(?:v1\.0|beta)/applications/([0-9a-f-]{36})(/[A-Za-z]+)?")
_PRINCIPAL = re.compile(
    r"/v1\.0/servicePrincipals(?:\(appId='([0-9a-f-]{36})'\)|/([0-9a-f-]{36}))(/[A-Za-z]+)?"
)


def at(account: Account, path: str, filtered: str) -> dict[str, Any] | list[dict[str, Any]] | None:
    """Return the object or the collection at a path; None if there is none."""
    if path == "/v1.0/applications":
        return [_application(state, account) for state in _backwards(account, APPLICATION)]
    if path == "/v1.0/oauth2PermissionGrants":
        grants: list[dict[str, Any]] = account.given.get("grants", [])
        return [grant for grant in grants if filtered == f"resourceId eq '{grant['resourceId']}'"]
    if match := _APPLICATION.fullmatch(path):
        state = account.find(APPLICATION, objectId=match[1])
        return None if state is None else _of_application(state, match[2] or "", account)
    if match := _PRINCIPAL.fullmatch(path):
        named = {"clientId": match[1]} if match[1] else {"objectId": match[2]}
        state = account.find(SERVICE_PRINCIPAL, **named)
        return None if state is None else _of_principal(state, match[3] or "", account)
    return None


def _backwards(account: Account, token: str) -> list[Properties]:
    """Return the objects of a type in an order that is not the one of their IDs."""
    return account.of(token)[::-1]


def _of_application(state: Properties, part: str, account: Account) -> Any:
    if part == "/owners":
        return [{"id": owner} for owner in state.get("owners") or ()]
    if part == "/federatedIdentityCredentials":
        return [
            {
                "id": credential["credentialId"],
                "name": credential["displayName"],
                **{key: credential.get(key) for key in ("audiences", "description", "issuer", "subject")},
            }
            for credential in _backwards(account, FEDERATED)
            if credential["applicationId"] == state["id"]
        ]
    return _application(state, account) if not part else None


def _of_principal(state: Properties, part: str, account: Account) -> Any:
    if part == "/owners":
        return [{"id": owner} for owner in state.get("owners") or ()]
    if part == "/appRoleAssignedTo":
        return [
            {
                "id": assignment["id"].rpartition("/")[2],
                "appRoleId": assignment["appRoleId"],
                "principalId": assignment["principalObjectId"],
                "principalType": assignment["principalType"],
                "principalDisplayName": assignment.get("principalDisplayName") or None,
                "resourceId": assignment["resourceObjectId"],
            }
            for assignment in _backwards(account, ASSIGNMENT)
            if assignment["resourceObjectId"] == state["objectId"]
        ]
    return _principal(state, account) if not part else None


def _application(state: Properties, account: Account) -> dict[str, Any]:
    info = {key: state.get(key) or None for key in ("marketingUrl", "privacyStatementUrl", "supportUrl")}
    web = state.get("web") or {}
    grant = web.get("implicitGrant") or {}
    return {
        "id": state["objectId"],
        "appId": state["clientId"],
        "displayName": state["displayName"],
        "description": state.get("description") or None,
        "notes": state.get("notes") or None,
        "identifierUris": state.get("identifierUris") or [],
        "signInAudience": state.get("signInAudience") or "AzureADMyOrg",
        "groupMembershipClaims": ",".join(state.get("groupMembershipClaims") or ()) or None,
        "isFallbackPublicClient": state.get("fallbackPublicClientEnabled") or None,
        "isDeviceOnlyAuthSupported": state.get("deviceOnlyAuthEnabled") or None,
        "oauth2RequirePostResponse": state.get("oauth2PostResponseRequired") or False,
        "serviceManagementReference": state.get("serviceManagementReference") or None,
        "api": _api(state, account),
        "appRoles": [_permission(role) for role in state.get("appRoles") or ()],
        "info": info | {"logoUrl": None, "termsOfServiceUrl": state.get("termsOfServiceUrl") or None},
        "optionalClaims": _optional_claims(state),
        "publicClient": {"redirectUris": (state.get("publicClient") or {}).get("redirectUris") or []},
        "spa": {"redirectUris": (state.get("singlePageApplication") or {}).get("redirectUris") or []},
        "web": {
            "homePageUrl": web.get("homepageUrl") or None,
            "logoutUrl": web.get("logoutUrl") or None,
            "redirectUris": web.get("redirectUris") or [],
            "implicitGrantSettings": {
                "enableAccessTokenIssuance": grant.get("accessTokenIssuanceEnabled", False),
                "enableIdTokenIssuance": grant.get("idTokenIssuanceEnabled", False),
            },
        },
        "requiredResourceAccess": [
            {"resourceAppId": entry["resourceAppId"], "resourceAccess": entry["resourceAccesses"]}
            for entry in state.get("requiredResourceAccesses") or ()
        ],
        "passwordCredentials": [
            {
                "keyId": password["keyId"],
                "displayName": password.get("displayName"),
                "hint": "abc",  # the beginning of the secret
                "secretText": None,
                "startDateTime": password["startDate"],
                "endDateTime": password["endDate"],
            }
            for password in _backwards(account, PASSWORD)
            if password["applicationId"] == state["id"]
        ],
        "keyCredentials": [],
        **account.given.get("graph", {}).get(state["objectId"], {}),
    }


def _api(state: Properties, account: Account) -> dict[str, Any]:
    api = state.get("api") or {}
    version = api.get("requestedAccessTokenVersion")
    return {
        "acceptMappedClaims": api.get("mappedClaimsEnabled") or None,
        "knownClientApplications": api.get("knownClientApplications") or [],
        "oauth2PermissionScopes": [_permission(scope) for scope in api.get("oauth2PermissionScopes") or ()],
        "requestedAccessTokenVersion": None if version == 1 else version,
        "preAuthorizedApplications": [
            {"appId": entry["authorizedClientId"], "delegatedPermissionIds": entry["permissionIds"]}
            for entry in _backwards(account, PREAUTHORIZED)
            if entry["applicationId"] == state["id"]
        ],
    }


def _permission(state: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"isEnabled" if key == "enabled" else key: value for key, value in state.items()}
    return {key: None if value == "" else value for key, value in renamed.items()}


def _optional_claims(state: Properties) -> dict[str, Any]:
    claims = state.get("optionalClaims") or {}
    names = {"accessTokens": "accessToken", "idTokens": "idToken", "saml2Tokens": "saml2Token"}
    return {
        graph: [{**claim, "source": claim.get("source") or None} for claim in claims.get(name) or ()]
        for name, graph in names.items()
    }


def _principal(state: Properties, account: Account) -> dict[str, Any]:
    return {
        "id": state["objectId"],
        "appId": state["clientId"],
        "displayName": state.get("displayName"),
        "accountEnabled": state.get("accountEnabled", True),
        "alternativeNames": state.get("alternativeNames") or [],
        "appRoleAssignmentRequired": state.get("appRoleAssignmentRequired") or False,
        "description": state.get("description") or None,
        "loginUrl": state.get("loginUrl") or None,
        "notes": state.get("notes") or None,
        "notificationEmailAddresses": state.get("notificationEmailAddresses") or [],
        "preferredSingleSignOnMode": state.get("preferredSingleSignOnMode") or None,
        "samlSingleSignOnSettings": None,
        "servicePrincipalType": state.get("type") or "Application",
        "passwordCredentials": [],
        "keyCredentials": [],
        **account.given.get("graph", {}).get(state["objectId"], {}),
    }
