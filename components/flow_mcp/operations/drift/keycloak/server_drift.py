"""The drift of a tenant on Keycloak."""

from __future__ import annotations

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak import changes, unread
from flow_mcp.operations.drift.keycloak.appeared import appeared
from flow_mcp.operations.drift.keycloak.connection import administration
from flow_mcp.operations.drift.keycloak.lost import lost
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.keycloak.recreated import recreated
from flow_mcp.operations.drift.keycloak.unread import Repair
from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.server_drift import Inputs, ServerDrift


def server_drift(comparison: Refreshed, inputs: Inputs) -> ServerDrift:
    """Return the drift, the unmanaged objects and the repairs in the tenant's realm.

    Raises:
        AuthorizationServerError: Keycloak does not answer or rejects a request.
    """
    managed = Managed(comparison)
    inputs.report("reading the realm")
    with AdminApi(administration(comparison.declaration)) as connection:
        realm = Realm(connection, managed.server.realm.name)
        unmanaged: tuple[Appeared, ...] = ()
        unreadable: tuple[str, ...] = ()
        repairs: tuple[Repair, ...] = ()
        recreated_objects: tuple[str, ...] = ()
        if realm.representation is not None:
            unmanaged, unreadable = appeared(realm, managed)
            recreated_objects = tuple(item.label for item in recreated(realm, managed))
            repairs = tuple(unread.repairs(realm, comparison, inputs.secrets))
    return ServerDrift(
        comparison.declaration,
        (*changes.drifts(comparison), *unread.drifts(repairs)),
        unmanaged,
        lost=tuple(lost(comparison)),
        repairs=repairs,
        recreated=recreated_objects,
        notes=unreadable,
    )
