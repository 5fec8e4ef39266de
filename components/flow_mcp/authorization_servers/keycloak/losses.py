"""What a realm loses when the stack's resources are deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.common.counted import counted
from flow_mcp.declaration.sign_in_paths import sign_in_paths

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration


def losses(declaration: Declaration, users: Callable[[Keycloak], int | None] | None = None) -> Iterator[str]:
    """Yield what is lost in the realm, with the number of its users as Keycloak counts them.

    A realm that the stack did not create keeps its users and groups.

    Args:
        declaration: the tenant's declaration, as it was applied last.
        users: returns the number of users of the realm, None if there is no such realm; it may raise an
            AuthorizationServerError. Default: ask Keycloak.
    """
    server = cast("Keycloak", declaration.server)
    if not server.realm.create:
        return
    people = _people(server, users or _count)
    if server.realm.deletable:
        yield (
            f"The realm {server.realm.name} with {people}: their passwords, sessions and group memberships, "
            "the realm's signing keys, and all clients and settings that others made in it."
        )
        return
    groups = {group for path in sign_in_paths(declaration) if path.people for group in path.people.groups}
    if groups:
        yield f"The memberships of users in the groups {', '.join(sorted(groups))}."
    yield f"Not lost: the realm {server.realm.name} stays with {people}, and is closed for registration."


def _people(server: Keycloak, users: Callable[[Keycloak], int | None]) -> str:
    try:
        count = users(server)
    except AuthorizationServerError as error:
        return f"its users, whose number is unknown ({error})"
    if count is None:
        return "its users, whose number is unknown (the realm was deleted already)"
    return f"its {counted(count, 'user')}"


def _count(server: Keycloak) -> int | None:
    # Imported on use only: `check` calls no server.
    from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path

    with AdminApi(Administration.of(server)) as api:
        count = api.find(realm_path(server.realm.name, "users", "count"))
    return count if isinstance(count, int) else None
