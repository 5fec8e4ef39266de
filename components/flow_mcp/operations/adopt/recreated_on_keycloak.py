"""Objects of a realm that somebody deleted and recreated, with the same name and another ID."""

from __future__ import annotations

from collections.abc import Callable

from flow_mcp.authorization_servers.adoption import Report, TakenOver
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.adoption.recreated import differences_of
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.drift.keycloak.connection import administration
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.keycloak.recreated import Recreated, recreated
from flow_mcp.operations.drift.refresh import Refreshed


def recreated_on_keycloak(
    comparison: Refreshed, report: Report, api: Callable[[Administration], AdminApi] = AdminApi
) -> tuple[TakenOver, ...]:
    """Return the recreated objects of a tenant on Keycloak, and how each differs.

    Raises:
        AdoptError: the realm does not exist.
        AuthorizationServerError: Keycloak does not answer or rejects a request.
    """
    managed = Managed(comparison)
    report("reading the realm")
    with api(administration(comparison.declaration)) as connection:
        realm = Realm(connection, managed.server.realm.name)
        if realm.representation is None:
            raise AdoptError(
                f"The realm {realm.name} no longer exists. Rebuild it with `pulumi refresh` and `pulumi up`; "
                "`flow-mcp drift` lists what cannot be restored."
            )
        return tuple(_taken_over(managed, item) for item in recreated(realm, managed))


def _taken_over(managed: Managed, item: Recreated) -> TakenOver:
    resource, realm_id = item.resource, managed.server.realm.name.replace("%", "%25")
    within = f"/client-scope/{item.scope_id}" if item.scope_id else ""
    return TakenOver(
        f"{resource.type}/{resource.name}",
        f"{realm_id}{within}/{item.representation['id']}",
        differences_of(
            managed.declaration, resource.type, resource.name, item.representation, resource.before
        ),
    )
