"""Unmanaged objects of an Entra tenant that belong to the tenant's applications."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.entra import appeared_access
from flow_mcp.operations.drift.entra.api import Api
from flow_mcp.operations.drift.entra.appeared_credentials import credentials
from flow_mcp.operations.drift.entra.managed import Managed
from flow_mcp.operations.drift.server_drift import Report


def appeared(
    managed: Managed, content: Content, as_of: date, report: Report
) -> tuple[tuple[Appeared, ...], tuple[str, ...]]:
    """Return the unmanaged objects, highest risk first, and what could not be read, one sentence each.

    Args:
        managed: the managed objects.
        content: the Entra tenant.
        as_of: the day on which expired credentials open nothing.
        report: called with the progress.

    Raises:
        AuthorizationServerError: Graph does not answer or rejects a request.
    """
    unread: tuple[str, ...] = ()
    objects: list[Appeared] = []
    for number, name in enumerate(sorted(managed.applications), start=1):
        report(f"application {number} of {len(managed.applications)}")
        objects += credentials(managed, content, name, as_of)
    for resource in managed.declaration.resources:
        if resource.key in managed.applications:
            api = Api(resource, managed, content)
            objects += _access(api)
            granted = appeared_access.grants(api)
            objects += granted or ()
            if granted is None:
                unread = (
                    "Granted delegated permissions are not listed: the principal of ARM_CLIENT_ID lacks "
                    "DelegatedPermissionGrant.Read.All of Microsoft Graph.",
                )
    in_order = sorted(
        objects, key=lambda item: (item.risk.order, item.kind, item.name, item.within, item.text)
    )
    return tuple(in_order), unread


def _access(api: Api) -> Iterator[Appeared]:
    yield from appeared_access.assignments(api)
    yield from appeared_access.preauthorizations(api)
    yield from appeared_access.added_permissions(api)
