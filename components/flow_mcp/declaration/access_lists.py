"""Access lists, checked against what the tenant declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_SHOWN = 10


def check_access(declaration: Declaration, path: Path, access: tuple[str, ...]) -> Iterator[Finding]:
    """Each entry must mean at least one declared environment."""
    for index, entry in enumerate(access):
        if not declaration.reached_by((entry,)):
            first = [resource.key for resource in declaration.resources[:_SHOWN]]
            known = ", ".join(first) + (", …" if len(declaration.resources) > _SHOWN else "")
            guess = f"{did_you_mean(entry, _entries(declaration))} Declared: {known}.".strip()
            yield Finding((*path, index), f"names {entry}, which the tenant does not declare", guess)


def _entries(declaration: Declaration) -> Iterator[str]:
    """Everything that an access list may say of the declared resources."""
    for resource in declaration.resources:
        yield resource.key
        yield f"{resource.workspace}/*"
