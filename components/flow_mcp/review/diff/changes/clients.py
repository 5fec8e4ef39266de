"""Clients that come and go, and what each gains, loses and proves itself by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.access import ClientAccess
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.urls import is_private_use
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.access_changes import DeclaredAccess, access_changes
from flow_mcp.review.diff.changes.applications import named
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.credentials import authenticates, credentials
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.quoting import shown
from flow_mcp.review.diff.kinds import change

_PARTS = {"managed": "clients", "manual": "manualRegistrations"}
_SUBJECTS = {"managed": "client", "manual": "manual registration"}
_FOR = {"client-credentials": "for itself", "authorization-code": "for people who sign in"}


def path_of(client: ClientAccess) -> tuple[str, str]:
    """Where a client is declared."""
    return _PARTS[client.registration], client.name


def subject_of(client: ClientAccess) -> str:
    """What a client's changes are about."""
    return f"{_SUBJECTS[client.registration]} {client.name}"


def clients(before_after: BeforeAfter) -> Iterator[Change]:
    """All that changes of declared clients, save client IDs and lifetimes."""
    for old, new in before_after.clients().values():
        client = new or old
        if client is None:
            continue
        subject, path = subject_of(client), path_of(client)
        if old and new:
            yield from named(before_after, subject, (*path, "application"))
            yield from credentials(before_after, subject, path, old, new)
            yield from _grant(before_after, subject, path, old, new)
        # Before the client as a whole takes what is left of it.
        yield from access_changes(
            before_after,
            "client",
            subject,
            client.name,
            (*path, "access"),
            DeclaredAccess(_access(before_after.before, path), old.resources if old else ()),
            DeclaredAccess(_access(before_after.after, path), new.resources if new else ()),
        )
        if new:
            yield from _addresses(before_after, subject, path, old, new)
        if not (old and new):
            yield from _whole(before_after, subject, path, old, new)


def _access(declaration: Declaration | None, path: tuple[str, str]) -> tuple[str, ...]:
    if declaration is None:
        return ()
    part, name = path
    declared = declaration.tenant.clients if part == "clients" else declaration.tenant.manual_registrations
    return declared[name].access if name in declared else ()


def _whole(
    before_after: BeforeAfter,
    subject: str,
    path: tuple[str, str],
    old: ClientAccess | None,
    new: ClientAccess | None,
) -> Iterator[Change]:
    before, after = told(before_after.field_changes.take(*path))
    both: dict[str, Any] = {"before": before, "after": after}
    client = new or old
    if client is None:
        return
    manual = client.registration == "manual"
    kind = "manual-registration" if manual else "client"
    if new is None:
        where = "; the registration itself stays at the authorization server" if manual else ""
        yield change(f"{kind}-removed", subject, path, f"The {subject} is removed{where}.", **both)
        return
    identified = f" with client ID {shown(new.client_id)}" if new.client_id else ""
    how = "how it authenticates is not declared" if manual else authenticates(new.authentication)
    text = f"The {subject} is new{identified}: it acts {_FOR[new.grant]}, and {how}."
    yield change(f"{kind}-added", subject, path, text, **both)


def _grant(
    before_after: BeforeAfter, subject: str, path: tuple[str, str], old: ClientAccess, new: ClientAccess
) -> Iterator[Change]:
    if old.grant != new.grant:
        before_after.field_changes.take(*path, "grant")
        text = f"{new.name} acts {_FOR[new.grant]}; before, {_FOR[old.grant]}."
        yield change(
            "client-grant-changes", subject, (*path, "grant"), text, before=old.grant, after=new.grant
        )


def _addresses(
    before_after: BeforeAfter,
    subject: str,
    path: tuple[str, str],
    old: ClientAccess | None,
    new: ClientAccess,
) -> Iterator[Change]:
    name = new.name
    for key, kind, before, after, added, removed in (
        (
            "redirectUris",
            "redirect-uri",
            old.redirect_uris if old else (),
            new.redirect_uris,
            f"{name} may have codes sent to",
            f"{name} may no longer have codes sent to",
        ),
        (
            "webOrigins",
            "web-origin",
            old.web_origins if old else (),
            new.web_origins,
            f"{name} may get tokens in pages of",
            f"{name} may no longer get tokens in pages of",
        ),
    ):
        before_after.field_changes.take(*path, key)
        for address in after:
            if address not in before:
                text = f"{added} {shown(address)}."
                which = "private-use-redirect" if is_private_use(address) else kind
                yield change(f"{which}-added", subject, (*path, key), text, after=address)
        for address in before:
            if address not in after:
                text = f"{removed} {shown(address)}."
                yield change(f"{kind}-removed", subject, (*path, key), text, before=address)
