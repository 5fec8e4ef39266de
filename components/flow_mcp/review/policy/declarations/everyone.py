"""Find the entries of a declaration that admit every account of the authorization server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.review.policy.declarations.access_lists import registration_methods
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration
    from flow_mcp.declaration.findings import Path


def admits_everyone(declaration: Declaration) -> Iterator[Path]:
    """Yield the path of each `people: everyone`."""
    for name, client in declaration.tenant.clients.items():
        if client.grant is Grant.AUTHORIZATION_CODE and client.people.everyone:
            yield ("clients", name, "people")
    for path, method in registration_methods(declaration):
        if method.people and method.people.everyone:
            yield (*path, "people")
