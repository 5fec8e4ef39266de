"""What is at Auth0 and not in a stack's state: grants for the tenant's APIs, and recreated objects.

The stack's APIs require a grant of each application (`require_client_grant`), so another application gets
access by a further grant.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from flow_mcp.authorization_servers.adoption import Report, TakenOver
from flow_mcp.authorization_servers.auth0 import Auth0
from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.adoption.recreated import recreated as recreated_objects
from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import OwnedByOthersError
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.server_drift import Inputs, ServerDrift, property_drifts
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list

_SUBJECTS = {"client": "for itself", "user": "for people"}


def server_drift(comparison: Refreshed, inputs: Inputs) -> ServerDrift:
    """Return the drift, the unmanaged grants and the recreated objects.

    Raises:
        AuthorizationServerError: Auth0 does not answer or rejects a request.
    """
    return ServerDrift(
        comparison.declaration,
        property_drifts(comparison),
        appeared(comparison),
        recreated=_recreated_labels(comparison, inputs.report),
    )


def appeared(
    refreshed: Refreshed, api: Callable[[str], ManagementApi] = ManagementApi
) -> tuple[Appeared, ...]:
    """Return the unmanaged grants of applications for the tenant's APIs, sorted by name.

    Args:
        refreshed: the state compared with the server.
        api: opens a connection to the Management API of a domain.

    Raises:
        AuthorizationServerError: Auth0 does not answer or rejects a request.
    """
    managed = {grant.id for grant in refreshed.of("ClientGrant")}
    declaration = refreshed.declaration
    with api(cast("Auth0", declaration.server).domain) as connection:
        grants = [
            _grant(grant, resource.key)
            for resource in declaration.resources
            for grant in connection.client_grants(resource.url)
            if str(grant.get("id")) not in managed
        ]
    return tuple(sorted(grants, key=lambda grant: (grant.name, grant.within, grant.text)))


def recreated(
    refreshed: Refreshed,
    report: Report = lambda _: None,
    api: Callable[[str], ManagementApi] = ManagementApi,
) -> tuple[TakenOver, ...]:
    """Return the objects that the stack declares, that exist, and that its state does not have.

    Args:
        refreshed: the state compared with the server.
        report: called with the progress.
        api: opens a connection to the Management API of a domain.

    Raises:
        AuthorizationServerError: Auth0 does not answer or rejects a request, or several applications have the
            name of a deleted client.
    """
    managed = {
        f"{resource.type}/{resource.name}": resource.id
        for resource in refreshed.resources
        if resource.after is not None
    }
    declaration = refreshed.declaration
    with api(cast("Auth0", declaration.server).domain) as connection:
        return recreated_objects(declaration, Objects(connection, report), managed)


def _recreated_labels(comparison: Refreshed, report: Report) -> tuple[str, ...]:
    """Return the objects that were deleted and recreated. Nothing is read if none was deleted."""
    if all(resource.after is not None for resource in comparison.resources):
        return ()
    # Several applications with the name of a deleted client: `flow-mcp adopt` lists them.
    with suppress(OwnedByOthersError):
        return tuple(f"resource {entry.resource}" for entry in recreated(comparison, report))
    return ()


def _grant(grant: dict[str, Any], key: str) -> Appeared:
    client = str(grant.get("client_id") or grant.get("default_for") or "")
    scopes = sorted(map(str, grant.get("scope") or ()))
    subject = _SUBJECTS.get(str(grant.get("subject_type")), "for itself")
    rights = f"the scopes {quoted_list(scopes)}" if scopes else "no scope"
    text = f"The application {quoted(client)} reaches {key} {subject} with {rights}."
    return Appeared("client-grant", client, key, text, Risk.HIGH, (key,))
