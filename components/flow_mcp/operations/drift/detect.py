"""Detects the drift of one tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import NoProjectError
from flow_mcp.engine.stacks import CLIENT_SECRETS, OTHER_CLIENT_SECRETS, NotAppliedError, Update
from flow_mcp.operations.drift import auth0, external, flow_entra, scalekit
from flow_mcp.operations.drift.drift import Drift, TenantDrift
from flow_mcp.operations.drift.entra import server_drift as entra
from flow_mcp.operations.drift.keycloak import server_drift as keycloak
from flow_mcp.operations.drift.keycloak.connection import require_answer
from flow_mcp.operations.drift.keycloak.unread import Repair
from flow_mcp.operations.drift.refresh import Refreshed, refreshed
from flow_mcp.operations.drift.server_drift import Inputs, Report, ServerDrift
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError

BY_KIND: dict[str, Callable[[Refreshed, Inputs], ServerDrift]] = {
    "auth0": auth0.server_drift,
    "entra": entra.server_drift,
    "external": external.server_drift,
    "flow-entra": flow_entra.server_drift,
    "keycloak": keycloak.server_drift,
    "scalekit": scalekit.server_drift,
}
"""How the drift is found, by the kind of authorization server."""


@dataclass(frozen=True)
class ServerRepairs:
    """Repairs at one Keycloak.

    Attributes:
        declaration: the tenant at this Keycloak, as it was applied last.
        repairs: the repairs through its admin API.
    """

    declaration: Declaration
    repairs: tuple[Repair, ...]


@dataclass(frozen=True)
class Detected:
    """A tenant's drift, and what is needed to revert it.

    Attributes:
        drift: the drift to report.
        applied: the declaration that was applied last.
        repairs: the repairs at each Keycloak that needs some.
        needs_update: whether the engine found drift that an update reverts.
        recreated: objects that were deleted and recreated without Pulumi; an update would fail on them.
    """

    drift: TenantDrift
    applied: Declaration
    repairs: tuple[ServerRepairs, ...] = ()
    needs_update: bool = False
    recreated: tuple[str, ...] = ()


def detect(engine: Engine, stack: str, report: Report) -> Detected:
    """Compare a tenant's state with its authorization server. Nothing is changed or locked.

    Args:
        engine: Pulumi's engine.
        stack: the stack's name.
        report: called with the progress.

    Raises:
        StackError: the stack has not been applied, or Pulumi does not answer as expected.
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the server does not answer or rejects a request.
    """
    since = _last_update(engine, stack)
    comparison = _refreshed(engine, stack, report)
    notes = tuple(_notes(stack, since))
    at_servers = [
        BY_KIND[side.declaration.kind.key](side, _inputs(engine, stack, side, report))
        for side in comparison.at_servers
    ]
    recreated_objects = tuple(name for side in at_servers for name in side.recreated)
    drift = TenantDrift(
        stack,
        since,
        _sorted(tuple(drift for side in at_servers for drift in side.drifts)),
        tuple(item for side in at_servers for item in side.appeared),
        " ".join(side.unread for side in at_servers if side.unread),
        (*notes, *(note for side in at_servers for note in side.notes), *map(_recreated, recreated_objects)),
        tuple(dict.fromkeys(text for side in at_servers for text in side.lost)),
    )
    repairs = tuple(ServerRepairs(side.declaration, side.repairs) for side in at_servers if side.repairs)
    return Detected(drift, comparison.declaration, repairs, bool(comparison.drifted), recreated_objects)


def _inputs(engine: Engine, stack: str, side: Refreshed, report: Report) -> Inputs:
    output = OTHER_CLIENT_SECRETS if side.declaration.origin.key else CLIENT_SECRETS
    return Inputs(lambda: engine.stacks.client_secrets(stack, output), engine.as_of, report)


def _last_update(engine: Engine, stack: str) -> Update | None:
    """Return the stack's last update; None after an import of the state."""
    try:
        return engine.stacks.last_update(stack)
    except NotAppliedError:
        return None


def _refreshed(engine: Engine, stack: str, report: Report) -> Refreshed:
    """Return the comparison. If a plugin fails because the server does not answer, raise that error instead.

    Raises:
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the declared server does not answer or rejects a request.
    """
    try:
        return refreshed(engine, stack, report)
    except PreviewError:
        project = engine.stacks.project
        with suppress(DeclarationError, NoProjectError):
            require_answer(from_file(project.stack_file(stack), instance_of(project.file)).declaration)
        raise


def _recreated(label: str) -> str:
    return (
        f"The {label} was deleted and recreated without Pulumi. Take it over with `flow-mcp adopt`, or "
        "delete it and run with --mend."
    )


def _notes(stack: str, since: Update | None) -> Iterator[str]:
    if since is None:
        return
    if since.kind == "refresh":
        yield (
            "`pulumi refresh` wrote the server's values into the state, so earlier drift is not listed. "
            f"`flow-mcp gate preview {stack}` shows the differences from the declaration."
        )
    elif since.result != "succeeded":
        yield (
            "The last update failed, so the state may contain the server's values. "
            f"`flow-mcp gate preview {stack}` shows the differences from the declaration."
        )


def _sorted(drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """Return the drift sorted, highest risk first."""
    return tuple(
        sorted(
            drifts,
            key=lambda drift: (drift.risk.order, drift.type, drift.resource, drift.property, drift.text),
        )
    )
