"""FLOWMCP-031: APIs in Entra have unique names, separate roles and no credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from flow_mcp.authorization_servers.entra.names import PERSON_ROLE, PROGRAM_ROLE, SCOPE
from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.component import made_by_component, of_type
from flow_mcp.review.policy.resources.properties import exposes, is_in, items, judged, must
from flow_mcp.review.policy.resources.types import (
    ENTRA_APPLICATION,
    ENTRA_CERTIFICATE,
    ENTRA_FEDERATED,
    ENTRA_FLEXIBLE_FEDERATED,
    ENTRA_IDENTIFIER_URI,
    ENTRA_PASSWORD,
    ENTRA_ROLE,
)
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_CREDENTIALS = (ENTRA_CERTIFICATE, ENTRA_FEDERATED, ENTRA_FLEXIBLE_FEDERATED, ENTRA_PASSWORD)
_IDENTIFIER = re.compile(r"(?:api|https)://[A-Za-z0-9][A-Za-z0-9.-]*(?:/[A-Za-z0-9._~-]+)*")

_NAME = "is not an api:// or https:// name that only one application can have"
_CREDENTIAL = "lets its holder act as the API, which needs no credential"

_ROLES = [
    {"value": PROGRAM_ROLE, "allowedMemberTypes": ["Application"]},
    {"value": PERSON_ROLE, "allowedMemberTypes": ["User"]},
]
_API = {
    "signInAudience": "AzureADMyOrg",
    "identifierUris": ["https://flow.acme.example/flow/mcp/tenants/acme/workspaces/456/environments/test"],
    "api": {
        "requestedAccessTokenVersion": 2,
        "oauth2PermissionScopes": [{"value": SCOPE, "type": "Admin", "enabled": True}],
    },
    "appRoles": _ROLES,
}


class EntraApis(Rule):
    """Require unique names, separate roles and no credentials of APIs in Entra.

    The runtime distinguishes people from programs by scope and role, and APIs by name.
    """

    id = "FLOWMCP-031"
    severity = Severity.MEDIUM
    message = (
        "An API in Entra must have an api:// or https:// name, separate roles for people and programs, and "
        "no credential."
    )
    remedy = (
        "Name it https://<verified domain>/… or api://<tenant or client ID>/…, give each role one member "
        "type, and register a separate application for a client."
    )
    references = (
        Reference(
            "Microsoft Entra: Restrictions on identifier URIs",
            "https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions",
        ),
        Reference(
            "Microsoft Entra: Security best practices for application properties",
            "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
        ),
    )
    good = (Resource(ENTRA_APPLICATION, inputs=_API),)
    bad = (
        Resource(ENTRA_APPLICATION, inputs={**_API, "identifierUris": ["http://flow.acme.example/mcp"]}),
        Resource(ENTRA_APPLICATION, inputs={**_API, "password": {"endDate": "2026-12-31T00:00:00Z"}}),
        Resource(ENTRA_ROLE, inputs={"value": "mcp.all", "allowedMemberTypes": ["Application", "User"]}),
        Resource(ENTRA_ROLE, inputs={"value": PROGRAM_ROLE, "allowedMemberTypes": ["User"]}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type == ENTRA_IDENTIFIER_URI:
            yield from must(resource, ("identifierUri",), _is_name, _NAME)
        elif resource.type == ENTRA_ROLE:
            yield from _role((), resource.values)
        elif resource.type == ENTRA_APPLICATION:
            for path, uri in items(resource, "identifierUris"):
                yield from judged(uri, path, _is_name, _NAME)
            for path, scope in items(resource, "api", "oauth2PermissionScopes"):
                yield from _enabled(path, scope)
            for path, role in items(resource, "appRoles"):
                yield from _enabled(path, role)
                yield from _role(path, role)
            if exposes(resource.values):
                yield from must(resource, ("password",), is_in(None), _CREDENTIAL)

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        apis = [
            f"/applications/{at(values, 'objectId')}"
            for _, values in of_type(resources, ENTRA_APPLICATION)
            if exposes(values)
        ]
        for resource, values in of_type(resources, *_CREDENTIALS):
            application = at(values, "applicationId")
            if isinstance(application, Unknown):
                if apis and not made_by_component(resource):
                    yield application
            elif application in apis:
                yield Violation(("applicationId",), _CREDENTIAL, resource.urn)


def _is_name(uri: Any) -> bool:
    return isinstance(uri, str) and _IDENTIFIER.fullmatch(uri) is not None


def _enabled(path: Path, permission: Any) -> Iterator[Violation | Unknown]:
    enabled = at(permission, "enabled")
    yield from judged(
        enabled, (*path, "enabled"), is_in(True, None), "is false, so no token contains this permission"
    )


def _role(path: Path, role: Any) -> Iterator[Violation | Unknown]:
    here, members, value = (*path, "allowedMemberTypes"), at(role, "allowedMemberTypes"), at(role, "value")
    listed = members if isinstance(members, list) else [members]
    unknown = [part for part in (value, *listed) if isinstance(part, Unknown)]
    yield from unknown
    if members not in (["Application"], ["User"]) and not unknown:
        yield Violation(here, "is not exactly one member type, so people could pass as programs")
    elif value == PROGRAM_ROLE and members == ["User"]:
        yield Violation(here, "lets people have the role that identifies programs")
