"""The drift at one authorization server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.drift.drift import Appeared, Drift
from flow_mcp.operations.drift.keycloak import changes
from flow_mcp.operations.drift.keycloak.unread import Repair
from flow_mcp.operations.drift.refresh import Refreshed

Report = Callable[[str], None]


@dataclass(frozen=True)
class ServerDrift:
    """Drift at one authorization server; the attributes are those of `TenantDrift` and `Detected`.

    Attributes:
        declaration: the tenant at this server, as it was applied last.
    """

    declaration: Declaration
    drifts: tuple[Drift, ...]
    appeared: tuple[Appeared, ...] = ()
    unread: str = ""
    lost: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    recreated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """What the kinds of authorization servers need besides the comparison.

    Attributes:
        secrets: returns the clients' secrets in the stack's output, by client name.
        as_of: the day of the comparison.
        report: called with the progress.
    """

    secrets: Callable[[], Mapping[str, str]]
    as_of: date
    report: Report


def property_drifts(comparison: Refreshed) -> tuple[Drift, ...]:
    """Return the drift by resource and property, for servers whose properties have no special meaning."""
    return tuple(drift for resource in comparison.drifted for drift in changes.other(resource))
