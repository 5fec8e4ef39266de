"""The drift of a tenant on its Entra tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flow_mcp.authorization_servers.entra import Entra
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.graph_api import GraphApi
from flow_mcp.authorization_servers.errors import CredentialsError, RightsError
from flow_mcp.operations.drift.entra.appeared import appeared
from flow_mcp.operations.drift.entra.managed import Managed
from flow_mcp.operations.drift.entra.recreated import recreated_on_entra
from flow_mcp.operations.drift.errors import SuccessorError
from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.server_drift import Inputs, Report, ServerDrift, property_drifts


def server_drift(comparison: Refreshed, inputs: Inputs) -> ServerDrift:
    """Return the drift, the unmanaged objects and the recreated objects.

    Raises:
        AuthorizationServerError: the Entra tenant cannot be read.
    """
    return drift_at(comparison, cast("Entra", comparison.declaration.server), inputs)


def drift_at(
    comparison: Refreshed, entra: Entra, inputs: Inputs, api: Callable[[Entra], GraphApi] = GraphApi
) -> ServerDrift:
    """Return the drift at an Entra tenant.

    Args:
        comparison: the state compared with the server.
        entra: the Entra tenant.
        inputs: what the comparison needs besides.
        api: opens a connection to Microsoft Graph.

    Raises:
        AuthorizationServerError: the Entra tenant cannot be read.
    """
    declaration, drifts = comparison.declaration, property_drifts(comparison)
    try:
        with api(entra) as connection:
            managed = Managed(comparison, entra)
            unmanaged, notes = appeared(managed, Content(connection), inputs.as_of, inputs.report)
        recreated, ambiguous = _recreated(comparison, inputs.report, api)
    except (CredentialsError, RightsError) as error:
        # The sign-in and the rights of an update are enough for everything else.
        return ServerDrift(declaration, drifts, unread=str(error).rstrip("."))
    return ServerDrift(declaration, drifts, unmanaged, recreated=recreated, notes=(*notes, *ambiguous))


def _recreated(
    comparison: Refreshed, report: Report, api: Callable[[Entra], GraphApi]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the objects that were deleted and recreated, and why they could not be determined.

    Nothing is read if none was deleted.
    """
    if all(resource.after is not None for resource in comparison.resources):
        return (), ()
    try:
        return tuple(f"resource {item.resource}" for item in recreated_on_entra(comparison, report, api)), ()
    except SuccessorError as error:
        return (), (str(error),)
