"""Ways to become a client that no declaration names: opened, closed, widened and narrowed."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.access import RegistrationMethodAccess
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.access_changes import DeclaredAccess, access_changes
from flow_mcp.review.diff.changes.applications import named
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.quoting import listed
from flow_mcp.review.diff.kinds import change

_NOUNS = {
    "dynamic": "dynamic registration",
    "metadataDocuments": "registration by metadata document",
    "vscode": "preauthorization of Visual Studio Code",
}


def registration(before_after: BeforeAfter) -> Iterator[Change]:
    """All that changes of such ways; at another kind of server each is closed, or opened, as a new one."""
    old = {method.key: method for method in before_after.was.registration_methods}
    new = {method.key: method for method in before_after.will.registration_methods}
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before and not (after and before_after.same_kind):
            yield _closes(before_after, before)
        if after and not (before and before_after.same_kind):
            yield _opens(before_after, after)
        if before and after and before_after.same_kind:
            yield from _changes(before_after, before, after)


def noun(key: str) -> str:
    """What a method is called."""
    return _NOUNS.get(key, f"the way {key}")


def _begin(key: str) -> str:
    return noun(key)[:1].upper() + noun(key)[1:]


def _opens(before_after: BeforeAfter, method: RegistrationMethodAccess) -> Change:
    path = (*before_after.registration_methods_at(before_after.will.kind), method.key)
    _, after = told(before_after.field_changes.take(*map(str, path)))
    limits = "; ".join(f"{key} {listed(value)}" for key, value in method.limits.items() if value)
    held = f", held to {limits}" if limits else ", without limits"
    text = (
        f"{_begin(method.key)} opens for {listed(method.resources) if method.resources else 'nothing'}{held}."
    )
    return change("registration-opens", noun(method.key), path, text, after=after)


def _closes(before_after: BeforeAfter, method: RegistrationMethodAccess) -> Change:
    path = (*before_after.registration_methods_at(before_after.was.kind), method.key)
    before, _ = told(before_after.field_changes.take(*map(str, path)))
    reached = f"; it reached {listed(method.resources)}" if method.resources else ""
    return change(
        "registration-closes", noun(method.key), path, f"{_begin(method.key)} closes{reached}.", before=before
    )


def _changes(
    before_after: BeforeAfter, before: RegistrationMethodAccess, after: RegistrationMethodAccess
) -> Iterator[Change]:
    path = (*before_after.registration_methods_at(before_after.will.kind), after.key)
    yield from access_changes(
        before_after,
        "registration",
        noun(after.key),
        f"Whoever comes by {noun(after.key)}",
        (*path, "access"),
        DeclaredAccess(_access(before_after.before, before.key), before.resources),
        DeclaredAccess(_access(before_after.after, after.key), after.resources),
    )
    yield from named(before_after, noun(after.key), (*path, "applications"))
    unlimited = {
        setting.path for setting in before_after.setting_changes if setting.effect == "unlimited-when-empty"
    }
    for key in after.limits:
        limit: Path = (*path, key)
        if before_after.field_changes.take(*map(str, limit)):
            yield from _limit(
                after.key, key, limit, before.limits[key], after.limits[key], any_if_empty=limit in unlimited
            )


def _limit(
    method: str, key: str, path: Path, before: tuple[str, ...], after: tuple[str, ...], *, any_if_empty: bool
) -> Iterator[Change]:
    both = {"before": list(before), "after": list(after)}
    wider: list[str] = []
    narrower: list[str] = []
    if all(value.isdigit() for value in (*before, *after)) and before and after:
        more = int(after[0]) > int(before[0])
        (wider if more else narrower).append(f"{key} is {after[0]}, it was {before[0]}")
    elif any_if_empty and not after:
        wider.append(f"{key} is empty, so that any is taken; it was {listed(before)}")
    elif any_if_empty and not before:
        narrower.append(f"{key} is {listed(after)}; any was taken before")
    else:
        if added := [value for value in after if value not in before]:
            wider.append(f"{key} has {listed(added)} too")
        if removed := [value for value in before if value not in after]:
            narrower.append(f"{key} no longer has {listed(removed)}")
    for kind, texts in (("registration-widens", wider), ("registration-narrows", narrower)):
        for text in texts:
            yield change(kind, noun(method), path, f"{_begin(method)}: {text}.", **both)


def _access(declaration: Declaration | None, key: str) -> tuple[str, ...]:
    method = declaration.server.registration_methods.get(key) if declaration else None
    return method.access if method else ()
