"""Takes over what somebody deleted and recreated without Pulumi, with the same name and another ID."""

from __future__ import annotations

from collections.abc import Callable

from flow_mcp.authorization_servers.adoption import Report, TakenOver
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.adoption.recreated import differences_of
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.recreated_on_entra import recreated_on_entra
from flow_mcp.operations.drift.detect import administration
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.keycloak.recreated import Recreated, recreated
from flow_mcp.operations.drift.refresh import refreshed
from flow_mcp.review.preview.engine import Engine


def recreated_objects(
    engine: Engine,
    stack: str,
    report: Report,
    api: Callable[[Administration], AdminApi] = AdminApi,
) -> tuple[TakenOver, ...]:
    """Return the recreated objects of a tenant, and how each differs. Nothing is changed or locked.

    Args:
        engine: Pulumi's engine.
        stack: the stack's name.
        report: called with the progress.
        api: opens a connection to Keycloak's admin API.

    Raises:
        AdoptError: the tenant's authorization server is neither Keycloak nor Entra, its realm does not exist,
            or several applications can be the successor of one.
        StackError: the stack has not been applied, or Pulumi does not answer as expected.
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the server does not answer or rejects a request.
    """
    # `adopted` is the record of the tenant's own server, also during a move.
    comparison, *_ = refreshed(engine, stack, report).at_servers
    if comparison.declaration.kind.key in {"entra", "flow-entra"}:
        return recreated_on_entra(comparison, report)
    if comparison.declaration.kind.key != "keycloak":
        raise AdoptError(
            f"flow-mcp finds recreated objects on Keycloak and Entra only, and {stack} uses "
            f"{comparison.declaration.kind.key}. Delete the object, and run `pulumi up --refresh`."
        )
    managed = Managed(comparison)
    report("reading the realm")
    with api(administration(comparison.declaration)) as connection:
        realm = Realm(connection, managed.server.realm.name)
        if realm.representation is None:
            raise AdoptError(
                f"The realm {realm.name} no longer exists. Rebuild it with `pulumi refresh` and `pulumi up`; "
                "`flow-mcp drift` lists what cannot be restored."
            )
        items = [_taken_over(managed, item) for item in recreated(realm, managed)]
    return tuple(sorted(items, key=lambda item: item.resource))


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
