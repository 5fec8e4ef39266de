"""Check access lists against the workspaces and environments that the tenant declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_MOST_SHOWN = 10


def check_access(declaration: Declaration, path: Path, access: tuple[str, ...]) -> Iterator[Finding]:
    """Yield a finding for each access entry that matches no declared environment."""
    for index, entry in enumerate(access):
        if not declaration.reached_by((entry,)):
            first_keys = [resource.key for resource in declaration.resources[:_MOST_SHOWN]]
            known = ", ".join(first_keys) + (", …" if len(declaration.resources) > _MOST_SHOWN else "")
            remedy = f"{did_you_mean(entry, _valid_entries(declaration))} Declared: {known}.".strip()
            yield Finding((*path, index), f"names {entry}, which the tenant does not declare", remedy)


def _valid_entries(declaration: Declaration) -> Iterator[str]:
    """Yield every access entry except `*` that matches a declared environment."""
    for resource in declaration.resources:
        yield resource.key
        yield f"{resource.workspace}/*"
