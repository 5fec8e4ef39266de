"""Existing objects that a stack declares and does not have in its state, such as recreated ones."""

from __future__ import annotations

from collections.abc import Mapping

from flow_mcp.authorization_servers.adoption import TakenOver
from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.adoption.imports import imports
from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.client_properties import OWNER_KEY
from flow_mcp.authorization_servers.errors import OwnedByOthersError
from flow_mcp.authorization_servers.representations import mapping, text
from flow_mcp.declaration.declaration import Declaration


def recreated(
    declaration: Declaration, objects: Objects, managed: Mapping[str, str]
) -> tuple[TakenOver, ...]:
    """Return the objects that the stack can take over, and how each differs, sorted by resource.

    Args:
        declaration: the declaration that was applied last.
        objects: the objects of the Auth0 tenant.
        managed: the IDs of the objects in the stack's state that exist at Auth0, by `<type>/<name>`.

    Raises:
        OwnedByOthersError: several applications have the name of one client, none of which is chosen, or
            another tenant's stack manages the only one.
    """
    ids = {
        name: client_id
        for name in declaration.tenant.clients
        if (
            client_id := managed.get(f"Client/{name}")
            or _recreated_client(declaration, objects, name, managed)
        )
    }
    existing = imports(declaration, objects, ids, keeps=False)
    return tuple(
        entry
        for entry in existing.taken_over
        if entry.resource not in managed and not declaration.tenant.leaves(*entry.resource.split("/", 1))
    )


def _recreated_client(
    declaration: Declaration, objects: Objects, name: str, managed: Mapping[str, str]
) -> str | None:
    """Return the ID of the only application with the name of a client that no longer exists."""
    wanted = declaration.client_id(name)
    candidates = [
        client_id
        for client_id, client in objects.clients.items()
        if text(client, "name") == wanted and client_id not in managed.values()
    ]
    if len(candidates) > 1:
        raise OwnedByOthersError(
            f"The client {name} no longer exists at Auth0, and {len(candidates)} applications have its name "
            f"{wanted}: {', '.join(candidates)}. Delete or rename all of them but one."
        )
    for client_id in candidates:
        owner = text(mapping(objects.clients[client_id], "client_metadata"), OWNER_KEY)
        if owner not in {"", names.owner(declaration)}:
            raise OwnedByOthersError(
                f"The client {name} no longer exists at Auth0, and the application {client_id} with its name "
                f"{wanted} is managed by the stack of {owner}. Rename it there, or rename {name}."
            )
    return candidates[0] if candidates else None
