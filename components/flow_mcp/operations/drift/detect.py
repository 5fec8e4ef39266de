"""Detects the drift of one tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from flow_mcp.authorization_servers.errors import OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import NoProjectError
from flow_mcp.engine.stacks import CLIENT_SECRETS, OTHER_CLIENT_SECRETS, NotAppliedError, Update
from flow_mcp.operations.drift import auth0, scalekit
from flow_mcp.operations.drift.drift import Appeared, Drift, TenantDrift
from flow_mcp.operations.drift.keycloak import changes, unread
from flow_mcp.operations.drift.keycloak.appeared import appeared
from flow_mcp.operations.drift.keycloak.lost import lost
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.keycloak.recreated import recreated
from flow_mcp.operations.drift.keycloak.unread import Repair
from flow_mcp.operations.drift.refresh import Refreshed, refreshed
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError

Report = Callable[[str], None]


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


def detect(
    engine: Engine,
    stack: str,
    report: Report,
    api: Callable[[Administration], AdminApi] = AdminApi,
) -> Detected:
    """Compare a tenant's state with its authorization server. Nothing is changed or locked.

    Args:
        engine: Pulumi's engine.
        stack: the stack's name.
        report: called with the progress.
        api: opens a connection to Keycloak's admin API.

    Raises:
        StackError: the stack has not been applied, or Pulumi does not answer as expected.
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the server does not answer or rejects a request.
    """
    since = _last_update(engine, stack)
    comparison = _refreshed(engine, stack, report)
    notes = tuple(_notes(stack, since))
    at_servers = [
        _at_keycloak(engine, stack, side, report, api)
        if side.declaration.kind.key == "keycloak"
        else _elsewhere(side)
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


@dataclass(frozen=True)
class _ServerDrift:
    """Drift at one authorization server; the attributes are those of `TenantDrift` and `Detected`."""

    declaration: Declaration
    drifts: tuple[Drift, ...]
    appeared: tuple[Appeared, ...] = ()
    unread: str = ""
    lost: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    recreated: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _elsewhere(comparison: Refreshed) -> _ServerDrift:
    drifts = tuple(drift for resource in comparison.drifted for drift in changes.other(resource))
    declaration = comparison.declaration
    if declaration.kind.key == "auth0":
        return _ServerDrift(declaration, drifts, auth0.appeared(comparison), recreated=_at_auth0(comparison))
    if declaration.kind.key == "scalekit":
        unmanaged = scalekit.appeared(comparison)
        return _ServerDrift(declaration, drifts, unmanaged, recreated=(*scalekit.recreated(comparison),))
    reason = f"this works only on Keycloak, Auth0 and Scalekit, not on {declaration.kind.key}"
    return _ServerDrift(declaration, drifts, unread=reason)


def _at_auth0(comparison: Refreshed) -> tuple[str, ...]:
    """Return the objects that were deleted and recreated. Nothing is read if none was deleted."""
    if all(resource.after is not None for resource in comparison.resources):
        return ()
    # Several applications with the name of a deleted client: `flow-mcp adopt` lists them.
    with suppress(OwnedByOthersError):
        return tuple(f"resource {entry.resource}" for entry in auth0.recreated(comparison))
    return ()


def _at_keycloak(
    engine: Engine,
    stack: str,
    comparison: Refreshed,
    report: Report,
    api: Callable[[Administration], AdminApi],
) -> _ServerDrift:
    managed = Managed(comparison)
    output = OTHER_CLIENT_SECRETS if comparison.declaration.origin.key else CLIENT_SECRETS
    report("reading the realm")
    with api(administration(comparison.declaration)) as connection:
        realm = Realm(connection, managed.server.realm.name)
        unmanaged: tuple[Appeared, ...] = ()
        unreadable: tuple[str, ...] = ()
        repairs: tuple[Repair, ...] = ()
        recreated_objects: tuple[str, ...] = ()
        if realm.representation is not None:
            unmanaged, unreadable = appeared(realm, managed)
            recreated_objects = tuple(item.label for item in recreated(realm, managed))
            repairs = tuple(
                unread.repairs(realm, comparison, lambda: engine.stacks.client_secrets(stack, output))
            )
    return _ServerDrift(
        comparison.declaration,
        (*changes.drifts(comparison), *unread.drifts(repairs)),
        unmanaged,
        lost=tuple(lost(comparison)),
        repairs=repairs,
        recreated=recreated_objects,
        notes=unreadable,
    )


def administration(declaration: Declaration) -> Administration:
    """Return the access to the admin API of a tenant's Keycloak."""
    return Administration.of(cast("Keycloak", declaration.server))


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
            declared = from_file(project.stack_file(stack), instance_of(project.file)).declaration
            for side in declared.at_servers:
                if side.kind.key == "keycloak":
                    with AdminApi(administration(side)) as api:
                        api.find(realm_path(cast("Keycloak", side.server).realm.name))
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
