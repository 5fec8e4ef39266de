"""The properties of existing objects as the azuread provider reads them, by their names in Pulumi.

Source: the functions `…ResourceRead` and `flatten…` of terraform-provider-azuread
(https://github.com/hashicorp/terraform-provider-azuread/tree/main/internal/services). Properties that the
provider computes if the program sets none, such as tags, are left out: they cause no change.
"""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.entra.adoption.content import roles_of, scopes_of
from flow_mcp.authorization_servers.representations import Representation, flag, mapping, objects, text, texts

_CLAIMS = {"accessTokens": "accessToken", "idTokens": "idToken", "saml2Tokens": "saml2Token"}
"""The lists of optional claims in Pulumi, and in Microsoft Graph."""


def application_values(app: Representation) -> dict[str, Any]:
    """Return the properties of an `Application`."""
    info, web = mapping(app, "info"), mapping(app, "web")
    grant = mapping(web, "implicitGrantSettings")
    return {
        "api": _api(app),
        "appRoles": [_role(role) for role in roles_of(app)],
        "description": text(app, "description"),
        "deviceOnlyAuthEnabled": flag(app, "isDeviceOnlyAuthSupported"),
        "displayName": text(app, "displayName"),
        "fallbackPublicClientEnabled": flag(app, "isFallbackPublicClient"),
        "groupMembershipClaims": [
            claim.strip() for claim in text(app, "groupMembershipClaims").split(",") if claim.strip()
        ],
        "identifierUris": list(texts(app, "identifierUris")),
        "marketingUrl": text(info, "marketingUrl"),
        "notes": text(app, "notes"),
        "oauth2PostResponseRequired": flag(app, "oauth2RequirePostResponse"),
        "optionalClaims": _optional_claims(app),
        "owners": list(texts(app, "owners")),
        # The provider cannot read this setting of its own.
        "preventDuplicateNames": False,
        "privacyStatementUrl": text(info, "privacyStatementUrl"),
        "publicClient": {"redirectUris": list(texts(mapping(app, "publicClient"), "redirectUris"))},
        "requiredResourceAccesses": _required(app),
        "serviceManagementReference": text(app, "serviceManagementReference"),
        "signInAudience": text(app, "signInAudience"),
        "singlePageApplication": {"redirectUris": list(texts(mapping(app, "spa"), "redirectUris"))},
        "supportUrl": text(info, "supportUrl"),
        "termsOfServiceUrl": text(info, "termsOfServiceUrl"),
        "web": {
            "homepageUrl": text(web, "homePageUrl"),
            "implicitGrant": {
                "accessTokenIssuanceEnabled": flag(grant, "enableAccessTokenIssuance"),
                "idTokenIssuanceEnabled": flag(grant, "enableIdTokenIssuance"),
            },
            "logoutUrl": text(web, "logoutUrl"),
            "redirectUris": list(texts(web, "redirectUris")),
        },
    }


def service_principal_values(principal: Representation) -> dict[str, Any]:
    """Return the properties of a `ServicePrincipal`."""
    return {
        "accountEnabled": flag(principal, "accountEnabled"),
        "alternativeNames": list(texts(principal, "alternativeNames")),
        "appRoleAssignmentRequired": flag(principal, "appRoleAssignmentRequired"),
        "description": text(principal, "description"),
        "loginUrl": text(principal, "loginUrl"),
        "notes": text(principal, "notes"),
        "notificationEmailAddresses": list(texts(principal, "notificationEmailAddresses")),
        "owners": list(texts(principal, "owners")),
        "preferredSingleSignOnMode": text(principal, "preferredSingleSignOnMode"),
        "samlSingleSignOn": {
            "relayState": text(mapping(principal, "samlSingleSignOnSettings"), "relayState")
        },
    }


def federated_credential_values(credential: Representation) -> dict[str, Any]:
    """Return the properties of an `ApplicationFederatedIdentityCredential`, without the application."""
    return {
        "audiences": list(texts(credential, "audiences")),
        "description": text(credential, "description"),
        "displayName": text(credential, "name"),
        "issuer": text(credential, "issuer"),
        "subject": text(credential, "subject"),
    }


def _api(app: Representation) -> dict[str, Any]:
    api = mapping(app, "api")
    version = api.get("requestedAccessTokenVersion")
    return {
        "knownClientApplications": list(texts(api, "knownClientApplications")),
        "mappedClaimsEnabled": flag(api, "acceptMappedClaims"),
        "oauth2PermissionScopes": [_scope(scope) for scope in scopes_of(app)],
        "requestedAccessTokenVersion": version if isinstance(version, int) else 1,
    }


def _scope(scope: Representation) -> dict[str, Any]:
    kept = ("adminConsentDescription", "adminConsentDisplayName", "id", "type")
    consent = ("userConsentDescription", "userConsentDisplayName", "value")
    return {key: text(scope, key) for key in (*kept, *consent)} | {"enabled": flag(scope, "isEnabled")}


def _role(role: Representation) -> dict[str, Any]:
    return {key: text(role, key) for key in ("description", "displayName", "id", "value")} | {
        "allowedMemberTypes": list(texts(role, "allowedMemberTypes")),
        "enabled": flag(role, "isEnabled"),
    }


def _optional_claims(app: Representation) -> dict[str, Any]:
    claims = mapping(app, "optionalClaims")
    return {
        name: [
            {
                "additionalProperties": list(texts(claim, "additionalProperties")),
                "essential": flag(claim, "essential"),
                "name": text(claim, "name"),
                "source": text(claim, "source"),
            }
            for claim in objects(claims, key)
        ]
        for name, key in (
            ("accessTokens", "accessToken"),
            ("idTokens", "idToken"),
            ("saml2Tokens", "saml2Token"),
        )
    }


def _required(app: Representation) -> list[dict[str, Any]]:
    return [
        {
            "resourceAppId": text(required, "resourceAppId"),
            "resourceAccesses": [
                {"id": text(permission, "id"), "type": text(permission, "type")}
                for permission in objects(required, "resourceAccess")
            ],
        }
        for required in objects(app, "requiredResourceAccess")
    ]
