"""FLOWMCP-039: no client may administer the authorization server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.properties import items, judged, must
from flow_mcp.review.policy.resources.types import (
    AUTH0_GRANT,
    ENTRA_API_ACCESS,
    ENTRA_APPLICATION,
    ENTRA_DIRECTORY_ROLES,
)
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_MICROSOFT_APIS = re.compile(r"0000000[0-9]-0000-(?:0000-c000|0ff1-ce00)-000000000000", re.IGNORECASE)
"""Client IDs of Microsoft Graph (…03-0000-0000-c000-…), its predecessor, Exchange and SharePoint."""
_GRAPH = "00000003-0000-0000-c000-000000000000"

_PERMISSION = "is a Microsoft API, whose application permissions cover the whole Entra tenant"


def _access(kind: str) -> dict[str, Any]:
    permission = {"id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": kind}
    return {
        "api": {"requestedAccessTokenVersion": 2},
        "requiredResourceAccesses": [{"resourceAppId": _GRAPH, "resourceAccesses": [permission]}],
    }


class NoAdministration(Rule):
    """Reject permissions to administer the authorization server and application permissions at Microsoft.

    A leaked client credential must not give access to all mailboxes or to client registration.
    """

    id = "FLOWMCP-039"
    severity = Severity.HIGH
    message = (
        "A client must have no permission to administer the authorization server and no role at Microsoft's "
        "APIs."
    )
    remedy = "Remove the permission; grant it to a separate application, outside this project."
    references = (
        Reference("RFC 9700, section 2.3", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.3"),
        Reference(
            "Microsoft Entra: Permissions and consent",
            "https://learn.microsoft.com/entra/identity-platform/permissions-consent-overview",
        ),
        Reference(
            "Auth0: Application Access to APIs: Client Grants",
            "https://auth0.com/docs/get-started/applications/application-access-to-apis-client-grants",
        ),
    )
    good = (
        Resource(ENTRA_APPLICATION, inputs=_access("Scope")),
        Resource(AUTH0_GRANT, inputs={"audience": "https://acme.example/mcp", "scopes": ["mcp:access"]}),
    )
    bad = (
        Resource(ENTRA_APPLICATION, inputs=_access("Role")),
        Resource(
            ENTRA_API_ACCESS,
            inputs={"apiClientId": _GRAPH, "roleIds": ["62a82d76-70ea-41e2-9197-370581804d09"]},
        ),
        Resource(ENTRA_DIRECTORY_ROLES[0], inputs={"roleId": "62e90394-69f5-4237-9190-012177145e10"}),
        Resource(AUTH0_GRANT, inputs={"audience": "https://acme.eu.auth0.com/api/v2/", "scopes": []}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type in ENTRA_DIRECTORY_ROLES:
            yield Violation((), "grants a role in the Entra tenant's directory")
        elif resource.type == AUTH0_GRANT:
            yield from must(
                resource,
                ("audience",),
                lambda value: not (isinstance(value, str) and value.rstrip("/").lower().endswith("/api/v2")),
                "is Auth0's Management API, which controls the whole Auth0 tenant",
            )
        elif resource.type == ENTRA_API_ACCESS:
            if next(items(resource, "roleIds"), None):
                yield from must(resource, ("apiClientId",), _is_not_microsoft_api, _PERMISSION)
        elif resource.type == ENTRA_APPLICATION:
            for path, access in items(resource, "requiredResourceAccesses"):
                yield from _application_permissions((*path, "resourceAppId"), access, resource)


def _application_permissions(path: Path, access: Any, resource: Resource) -> Iterator[Violation | Unknown]:
    permissions, api = at(access, "resourceAccesses"), at(access, "resourceAppId")
    kinds = [
        at(permission, "type")
        for permission in (permissions if isinstance(permissions, list) else [permissions])
    ]
    if all(kind == "Scope" for kind in kinds):
        return
    # The component requests only its own APIs, some of which do not exist yet.
    if isinstance(api, Unknown) and made_by_component(resource):
        return
    certain = any(kind != "Scope" and not isinstance(kind, Unknown) for kind in kinds)
    for finding in judged(api, path, _is_not_microsoft_api, _PERMISSION):
        yield finding if certain else next(kind for kind in kinds if isinstance(kind, Unknown))


def _is_not_microsoft_api(client_id: Any) -> bool:
    return isinstance(client_id, str) and not _MICROSOFT_APIS.fullmatch(client_id)
