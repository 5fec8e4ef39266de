"""Find the entries of a declaration that admit every account of the authorization server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.policy.entrances import ways
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.findings import Path
    from flow_mcp.declaration.tenant import Declaration


def admits_everyone(declaration: Declaration) -> Iterator[Path]:
    """Yield the path of each `people: everyone`."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE and client.people.everyone:
            yield ("clients", name, "people")
    for path, way in ways(declaration):
        if way.people and way.people.everyone:
            yield (*path, "people")
