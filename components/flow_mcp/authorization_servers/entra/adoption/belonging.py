"""Which applications of an Entra tenant belong to a tenant, and which are left alone."""

from __future__ import annotations

from collections.abc import Sequence

from flow_mcp.authorization_servers.adoption import AdoptionRequest, OtherClient
from flow_mcp.authorization_servers.entra.adoption.apis import Apis, owner_of, owner_text
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.adoption.reach import Reach, Reached
from flow_mcp.authorization_servers.representations import text

_LISTED = 100
"""Number of unrelated applications that are listed. An Entra tenant can have tens of thousands."""


def why_chosen(client_id: str, reached: Reached, request: AdoptionRequest) -> str:
    """Return why a client belongs to the tenant, as one sentence; empty if it does not."""
    if request.client_ids:
        source = request.client_ids.get(client_id)
        return f"It is named by {source}." if source else ""
    return f"Its tokens reach {reached.in_words}." if reached.keys else ""


def left_alone(
    client_id: str, content: Content, apis: Apis, reach: Reach, request: AdoptionRequest, why: str
) -> str:
    """Return why an application is left alone, as one sentence; empty if it is adopted.

    Args:
        client_id: its client ID.
        content: the Entra tenant.
        apis: the APIs of the tenant's protected resources.
        reach: the permissions of all clients.
        request: the tenant.
        why: why the application belongs to the tenant; empty if it does not.
    """
    application = content.applications.get(client_id)
    if client_id in apis.client_ids:
        keys = [key for key, api in apis.by_key.items() if api.client_id == client_id]
        return f"It is the API of {', '.join(keys) or 'resources of the tenant'}, not a client."
    if application is None and client_id not in reach.by_client_id:
        return "The Entra tenant has no such application."
    name = text(application, "displayName") if application else ""
    shown = f"{name}: " if name else ""
    if not why:
        return f"{shown}It is not a client of the tenant."
    owner = owner_of(application) if application else ""
    if owner:
        return f"{shown}It was created by {owner_text(owner, request)}, which manages it."
    return ""


def others_of(others: Sequence[OtherClient]) -> tuple[tuple[OtherClient, ...], tuple[str, ...]]:
    """Return the applications to list, and a remark on those that are not listed."""
    related = [other for other in others if other.belongs]
    unrelated = [other for other in others if not other.belongs]
    listed = sorted([*related, *unrelated[:_LISTED]], key=lambda other: other.client_id)
    further = len(unrelated) - _LISTED
    remark = f"{further} more applications are not clients of the tenant, and are left alone."
    return tuple(listed), (remark,) if further > 0 else ()
