"""Where a declaration admits every account that its authorization server knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.findings import Path
    from flow_mcp.declaration.tenant import Declaration


def admits_everyone(declaration: Declaration) -> Iterator[Path]:
    """The path of each `people` that is everyone."""
    kind = declaration.kind
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE and client.people.everyone:
            yield ("clients", name, "people")
    for key, way in kind.ways(declaration).items():
        if way and way.people and way.people.everyone:
            yield ("authorizationServer", kind.key, kind.ways_at, key, "people")
