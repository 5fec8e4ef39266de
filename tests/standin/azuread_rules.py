"""Rules of the azuread plugin and its service that pulumi-azuread's SDK does not contain (azuread 6.11.1).

Preview rules: observed on the real plugin. Service rules: Microsoft Graph's documentation.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from tests.standin.rules import Failure, Rules
from tests.standin.server import Account, ServiceError
from tests.standin.values import Properties, items, known

APPLICATION = "azuread:index/application:Application"
PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"
FEDERATED = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
PREAUTHORIZED = "azuread:index/applicationPreAuthorized:ApplicationPreAuthorized"
SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
GET_GROUP = "azuread:index/getGroup:getGroup"
GET_DOMAINS = "azuread:index/getDomains:getDomains"

RULES = Rules(
    "azuread",
    replaced_by={SERVICE_PRINCIPAL: frozenset({"clientId"})},
    defaults={
        APPLICATION: {"signInAudience": "AzureADMyOrg"},
        SERVICE_PRINCIPAL: {"accountEnabled": True},
    },
    unreadable={APPLICATION: frozenset({"preventDuplicateNames"})},
    lists_are_sets=True,
)


def _uuid(value: Any) -> bool:
    try:
        return str(UUID(value)) == str(value).lower()
    except (ValueError, AttributeError, TypeError):
        return False


def _not_uuid(path: str, value: Any) -> Iterator[Failure]:
    if known(value) and not _uuid(value):
        yield path, "must be a valid UUID"


def _one_of(path: str, value: Any, *allowed: Any) -> Iterator[Failure]:
    if known(value) and value not in allowed:
        yield path, f"must be one of {', '.join(map(str, allowed))}"


@RULES.signs_in
def tenant(configuration: Properties, environment: Mapping[str, str]) -> str:
    """Return the tenant of the configuration. Credentials must be in the environment."""
    if "ARM_CLIENT_ID" not in environment or not (
        {"ARM_CLIENT_SECRET", "ARM_OIDC_TOKEN"} & environment.keys()
    ):
        raise ServiceError("no credentials: set ARM_CLIENT_ID and ARM_CLIENT_SECRET or ARM_OIDC_TOKEN")
    return str(configuration.get("tenantId") or environment["ARM_TENANT_ID"])


@RULES.refused_in_preview(APPLICATION)
def scopes_and_roles(inputs: Properties) -> Iterator[Failure]:
    """Check IDs, values, types and uniqueness of scopes and roles."""
    permissions = []
    for index, scope in enumerate(items(inputs, "api", "oauth2PermissionScopes")):
        path = f"api.oauth2PermissionScopes[{index}]"
        yield from _permission(path, scope)
        yield from _one_of(f"{path}.type", scope.get("type"), "Admin", "User")
        permissions.append((scope.get("id"), scope.get("value"), scope.get("adminConsentDescription"), path))
    for index, role in enumerate(items(inputs, "appRoles")):
        path = f"appRoles[{index}]"
        yield from _permission(path, role)
        for kind in role["allowedMemberTypes"]:
            yield from _one_of(f"{path}.allowedMemberTypes", kind, "User", "Application")
        permissions.append((role.get("id"), role.get("value"), role.get("description"), path))
    for (id_1, value_1, text_1, _), (id_2, value_2, text_2, path) in combinations(permissions, 2):
        if value_1 == value_2 and id_1 != id_2:
            yield path, f"duplicate value {value_1} with another ID"
        if id_1 == id_2 and (value_1 != value_2 or text_1 != text_2):
            yield path, f"duplicate ID {id_1} with another value or text"


def _permission(path: str, permission: Properties) -> Iterator[Failure]:
    yield from _not_uuid(f"{path}.id", permission.get("id"))
    value = permission.get("value")
    if isinstance(value, str) and (value.startswith(".") or re.search(r"\s", value)):
        yield f"{path}.value", "must not begin with . or contain spaces"


@RULES.refused_in_preview(APPLICATION)
def audience_and_version(inputs: Properties) -> Iterator[Failure]:
    """Check the sign-in audience and the version of access tokens."""
    organizations = ("AzureADMyOrg", "AzureADMultipleOrgs")
    personal = ("AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
    audience = inputs.get("signInAudience")
    api = inputs.get("api")
    version = api.get("requestedAccessTokenVersion") if isinstance(api, dict) else None
    yield from _one_of("signInAudience", audience, *organizations, *personal)
    yield from _one_of("api.requestedAccessTokenVersion", version, 1, 2)
    if audience in personal and version != 2:
        yield "api.requestedAccessTokenVersion", f"must be 2 when signInAudience is {audience}"


@RULES.refused_in_preview(APPLICATION)
def redirect_uris(inputs: Properties) -> Iterator[Failure]:
    """Require a path, at least a slash, and http(s) for web and single-page applications."""
    for part in ("publicClient", "web", "singlePageApplication"):
        for index, uri in enumerate(items(inputs, part, "redirectUris")):
            path = f"{part}.redirectUris[{index}]"
            if not known(uri):
                continue
            parts = urlsplit(uri)
            if part != "publicClient" and parts.scheme not in {"http", "https"}:
                yield path, "must be http or https"
            if parts.scheme in {"http", "https"} and not parts.path:
                yield path, "URI must have a path; add a slash"
            if len(uri) > 256:
                yield path, "URI must be 256 characters or less"


@RULES.refused_in_preview(APPLICATION)
def owners_and_tags(inputs: Properties) -> Iterator[Failure]:
    """Require UUIDs as owners, and reject tags together with feature tags."""
    for index, owner in enumerate(items(inputs, "owners")):
        yield from _not_uuid(f"owners[{index}]", owner)
    if "tags" in inputs and "featureTags" in inputs:
        yield "tags", "conflicts with featureTags"


@RULES.refused_in_preview(PASSWORD, FEDERATED, PREAUTHORIZED)
def application_id(inputs: Properties) -> Iterator[Failure]:
    """Require the application's resource ID instead of its object ID."""
    value = inputs.get("applicationId")
    if known(value) and not re.fullmatch(r"/applications/[0-9a-f-]{36}", str(value)):
        yield "applicationId", "must be /applications/<uuid>"


@RULES.refused_in_preview(SERVICE_PRINCIPAL)
def client_id(inputs: Properties) -> Iterator[Failure]:
    """Require a UUID as client ID."""
    yield from _not_uuid("clientId", inputs.get("clientId"))


@RULES.refused_in_preview(PREAUTHORIZED)
def authorized_client(inputs: Properties) -> Iterator[Failure]:
    """Require UUIDs as IDs of client and permissions."""
    yield from _not_uuid("authorizedClientId", inputs.get("authorizedClientId"))
    for index, permission in enumerate(items(inputs, "permissionIds")):
        yield from _not_uuid(f"permissionIds[{index}]", permission)


@RULES.refused_in_preview(ASSIGNMENT)
def assignment(inputs: Properties) -> Iterator[Failure]:
    """Require UUIDs as IDs of role, principal and resource."""
    for name in ("appRoleId", "principalObjectId", "resourceObjectId"):
        yield from _not_uuid(name, inputs.get(name))


@RULES.refused_in_preview(PASSWORD)
def password_end(inputs: Properties) -> Iterator[Failure]:
    """Require one expiry, as a full RFC 3339 time."""
    if "endDate" in inputs and "endDateRelative" in inputs:
        yield "endDate", "conflicts with endDateRelative"
    for name in ("startDate", "endDate"):
        value = inputs.get(name)
        if not isinstance(value, str):
            continue
        try:
            if datetime.fromisoformat(value).tzinfo is None:
                yield name, "must be a full RFC 3339 time"
        except ValueError:
            yield name, "must be a full RFC 3339 time"


@RULES.refused_in_preview(FEDERATED)
def one_audience(inputs: Properties) -> Iterator[Failure]:
    """Reject more than one audience."""
    if len(items(inputs, "audiences")) > 1:
        yield "audiences", "too many list items: at most 1"


@RULES.made(APPLICATION)
def application(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Assign IDs to a new application. Identifier URIs must be unique and on verified domains."""
    for scope in items(inputs, "api", "oauth2PermissionScopes"):
        if not scope.get("adminConsentDisplayName") or not scope.get("adminConsentDescription"):
            raise ServiceError("400: adminConsentDisplayName and adminConsentDescription are required")
    name, new = inputs["displayName"], before is None or before["displayName"] != inputs["displayName"]
    if inputs.get("preventDuplicateNames") and new and account.find(APPLICATION, displayName=name):
        raise ServiceError(f"an application named {name} exists already and must be imported")
    for uri in items(inputs, "identifierUris"):
        _identifier_uri(uri, account, before)
    for part in ("publicClient", "web", "singlePageApplication"):
        for uri in items(inputs, part, "redirectUris"):
            parts = urlsplit(uri)
            if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
                raise ServiceError(f"400: redirect URI {uri} must be https outside loopback")
    object_id = str(uuid4())
    ids = {
        "id": f"/applications/{object_id}",
        "objectId": object_id,
        "clientId": str(uuid4()),
        "publisherDomain": "standin.example",
    }
    return {
        **({} if before else ids),
        "appRoleIds": {role["value"]: role["id"] for role in items(inputs, "appRoles")},
        "oauth2PermissionScopeIds": {
            scope["value"]: scope["id"] for scope in items(inputs, "api", "oauth2PermissionScopes")
        },
    }


def _identifier_uri(uri: str, account: Account, before: Properties | None) -> None:
    for other in account.of(APPLICATION):
        if uri in other.get("identifierUris", []) and (before is None or other["id"] != before["id"]):
            raise ServiceError(f"400: another object with the same value for identifierUris exists: {uri}")
    parts = urlsplit(uri)
    if parts.scheme == "api" and parts.netloc != account.name:
        raise ServiceError(f"400: {uri} must contain the tenant ID or the app ID")
    host = parts.hostname or ""
    domains = account.given.get("domains", [])
    if parts.scheme == "https" and not any(host == d or host.endswith(f".{d}") for d in domains):
        raise ServiceError(f"400: {uri}: values of identifierUris must use a verified domain")


@RULES.made(SERVICE_PRINCIPAL)
def service_principal(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require an existing application."""
    application = account.find(APPLICATION, clientId=inputs["clientId"])
    if application is None:
        raise ServiceError("400: the appId does not reference a valid application object")
    if before is None and account.find(SERVICE_PRINCIPAL, clientId=inputs["clientId"]):
        raise ServiceError("409: the service principal name is already present")
    object_id = before["objectId"] if before else str(uuid4())
    return {
        "id": f"/servicePrincipals/{object_id}",
        "objectId": object_id,
        "displayName": application["displayName"],
        "appRoleIds": application["appRoleIds"],
        "oauth2PermissionScopeIds": application["oauth2PermissionScopeIds"],
        "type": "Application",
    }


def _application(inputs: Properties, account: Account) -> Properties:
    application = account.objects.get(APPLICATION, {}).get(inputs["applicationId"])
    if application is None:
        raise ServiceError(f"404: {inputs['applicationId']} was not found")
    return application


@RULES.made(PREAUTHORIZED)
def preauthorized(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require scopes of the application, and reject a client that is preauthorized already."""
    application = _application(inputs, account)
    unknown = set(inputs["permissionIds"]) - set(application["oauth2PermissionScopeIds"].values())
    if unknown:
        raise ServiceError(f"400: delegatedPermissionIds {sorted(unknown)} do not exist")
    object_id = f"{application['objectId']}/preAuthorizedApplication/{inputs['authorizedClientId']}"
    if before is None and object_id in account.objects.get(PREAUTHORIZED, {}):
        raise ServiceError(f"{object_id} already exists and must be imported")
    return {"id": object_id}


@RULES.made(FEDERATED)
def federated(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require a URL-friendly name, one audience, and one credential for each issuer and subject."""
    application = _application(inputs, account)
    if not inputs["audiences"]:
        raise ServiceError("400: audiences must have one value")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}", inputs["displayName"]):
        raise ServiceError("400: name must be 3 to 120 URL-friendly characters")
    for other in account.of(FEDERATED):
        same = all(other[name] == inputs[name] for name in ("applicationId", "issuer", "subject"))
        if same and (before is None or other["id"] != before["id"]):
            raise ServiceError("409: a credential with this issuer and subject exists")
    if before:
        return {}
    credential_id = str(uuid4())
    return {
        "id": f"{application['objectId']}/federatedIdentityCredential/{credential_id}",
        "credentialId": credential_id,
    }


@RULES.made(PASSWORD)
def password(inputs: Properties, account: Account, before: Properties | None) -> Properties:  # noqa: ARG001 the rules' signature
    """Require an existing application, and assign the ID of the password."""
    application = _application(inputs, account)
    key_id = str(uuid4())
    return {"id": f"{application['objectId']}/password/{key_id}", "keyId": key_id}


@RULES.made(ASSIGNMENT)
def app_role_assignment(inputs: Properties, account: Account, before: Properties | None) -> Properties:  # noqa: ARG001 the rules' signature
    """Require existing principal, resource and role, and a role for the principal's type."""
    resource = account.find(SERVICE_PRINCIPAL, objectId=inputs["resourceObjectId"])
    if resource is None:
        raise ServiceError("404: the resource service principal was not found")
    groups = account.given.get("groups", {})
    program = account.find(SERVICE_PRINCIPAL, objectId=inputs["principalObjectId"])
    if program is None and inputs["principalObjectId"] not in groups.values():
        raise ServiceError("404: the principal was not found")
    application = account.find(APPLICATION, clientId=resource["clientId"])
    roles = {role["id"]: role["allowedMemberTypes"] for role in items(application or {}, "appRoles")}
    made = {
        "id": f"/servicePrincipals/{resource['objectId']}/appRoleAssignedTo/{secrets.token_urlsafe(24)}",
        "principalType": "ServicePrincipal" if program else "Group",
    }
    if not roles and inputs["appRoleId"] == str(UUID(int=0)):
        return made
    needed = "Application" if program else "User"
    if needed not in roles.get(inputs["appRoleId"], []):
        raise ServiceError("400: permission being assigned was not found on application")
    return made


@RULES.function(GET_GROUP)
def group(arguments: Properties, account: Account) -> Properties:
    """Return a group by its display name. A list stands for several groups with that name."""
    object_id = account.given.get("groups", {}).get(arguments["displayName"])
    if isinstance(object_id, list):
        raise ServiceError(f"More than one group found with display name: {arguments['displayName']!r}")
    if object_id is None:
        raise ServiceError(
            f"No group found matching specified filter (displayName eq {arguments['displayName']})"
        )
    return {"id": object_id, "objectId": object_id, "securityEnabled": True}


@RULES.function(GET_DOMAINS)
def domains(arguments: Properties, account: Account) -> Properties:  # noqa: ARG001 the rules' signature
    """Return the verified domains."""
    return {
        "id": "domains",
        "domains": [
            {
                "adminManaged": True,
                "authenticationType": "Managed",
                "default": False,
                "domainName": name,
                "initial": False,
                "root": True,
                "supportedServices": [],
                "verified": True,
            }
            for name in account.given.get("domains", [])
        ],
    }
