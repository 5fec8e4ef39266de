"""Reads the drift of one tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import NoProjectError
from flow_mcp.engine.stacks import NotAppliedError, Update
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
class Detected:
    """A tenant's drift, and what puts back the part of it that an update would not.

    Attributes:
        drift: what is told.
        applied: the declaration that was applied last.
        repairs: by the server's admin API; none for servers other than Keycloak.
        needs_update: whether the engine found something that an update mends.
        recreated: what was deleted and made again by hand; an update would fail on it.
    """

    drift: TenantDrift
    applied: Declaration
    repairs: tuple[Repair, ...] = ()
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
        engine: runs Pulumi.
        stack: the stack's name.
        report: is told how far it is.
        api: opens Keycloak's admin API.

    Raises:
        StackError: the stack has not been applied, or Pulumi does not answer as expected.
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the server does not answer, or refuses.
    """
    since = _last_update(engine, stack)
    found = _refreshed(engine, stack, report)
    notes = tuple(_notes(stack, since))
    if found.declaration.kind.key != "keycloak":
        drifts = tuple(drift for each in found.drifted for drift in changes.other(each))
        reason = f"what {found.declaration.kind.key} has beside it is not read: only Keycloak's admin API is"
        told = TenantDrift(stack, since, _sorted(drifts), (), reason, notes)
        return Detected(told, found.declaration, needs_update=bool(found.drifted))
    managed = Managed(found)
    report("reading the realm")
    with api(administration(found.declaration)) as connection:
        realm = Realm(connection, managed.server.realm.name)
        beside: tuple[Appeared, ...] = ()
        repairs: tuple[Repair, ...] = ()
        again: tuple[str, ...] = ()
        if realm.representation is not None:
            beside = appeared(realm, managed)
            again = tuple(recreated(realm, managed))
            repairs = tuple(unread.repairs(realm, found, lambda: engine.stacks.client_secrets(stack)))
    all_drifts = _sorted((*changes.drifts(found), *unread.drifts(repairs)))
    notes = (*notes, *(_recreated(each) for each in again))
    told = TenantDrift(stack, since, all_drifts, beside, "", notes, tuple(lost(found)))
    return Detected(told, found.declaration, repairs, bool(found.drifted), again)


def administration(declaration: Declaration) -> Administration:
    """How the admin API of a tenant's Keycloak is reached."""
    server = cast("Keycloak", declaration.server)
    return Administration(
        url=server.admin_url or server.url,
        admin_realm=server.administration.realm,
        admin_client_id=server.administration.client_id,
    )


def _last_update(engine: Engine, stack: str) -> Update | None:
    """The stack's last update; None after an import of its state."""
    try:
        return engine.stacks.last_update(stack)
    except NotAppliedError:
        return None


def _refreshed(engine: Engine, stack: str, report: Report) -> Refreshed:
    """The comparison; where a plugin fails because the server does not answer, the reason in our words.

    Raises:
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the server that the stack's file declares does not answer, or refuses.
    """
    try:
        return refreshed(engine, stack, report)
    except PreviewError:
        project = engine.stacks.project
        with suppress(DeclarationError, NoProjectError):
            declared = from_file(project.stack_file(stack), instance_of(project.file)).declaration
            if declared.kind.key == "keycloak":
                with AdminApi(administration(declared)) as api:
                    api.find(realm_path(cast("Keycloak", declared.server).realm.name))
        raise


def _recreated(what: str) -> str:
    return f"The {what} was deleted and made again by hand. It is not the stack's: delete it, then mend."


def _notes(stack: str, since: Update | None) -> Iterator[str]:
    if since is None:
        return
    if since.kind == "refresh":
        yield (
            "The state was last written by `pulumi refresh`, which took the server's values over: drift from "
            f"before it is not seen. `flow-mcp gate preview {stack}` shows what differs from the declaration."
        )
    elif since.result != "succeeded":
        yield (
            f"The last update did not succeed, so the state may have taken the server's values over. "
            f"`flow-mcp gate preview {stack}` shows what differs from the declaration."
        )


def _sorted(drifts: tuple[Drift, ...]) -> tuple[Drift, ...]:
    """What matters most first."""
    return tuple(
        sorted(drifts, key=lambda each: (each.risk.order, each.type, each.resource, each.property, each.text))
    )
