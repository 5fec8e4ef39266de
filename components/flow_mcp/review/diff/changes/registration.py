"""Ways to become a client that no declaration names: opened, closed, widened and narrowed."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.access import WayAccess
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.access_changes import Reach, reach
from flow_mcp.review.diff.changes.before_after import Sides
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.quoting import listed
from flow_mcp.review.diff.kinds import change

_NOUNS = {
    "dynamic": "dynamic registration",
    "metadataDocuments": "registration by metadata document",
    "vscode": "preauthorization of Visual Studio Code",
}


def registration(sides: Sides) -> Iterator[Change]:
    """All that changes of such ways; at another kind of server each is closed, or opened, as a new one."""
    old = {way.key: way for way in sides.was.ways}
    new = {way.key: way for way in sides.will.ways}
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before and not (after and sides.same_kind):
            yield _closes(sides, before)
        if after and not (before and sides.same_kind):
            yield _opens(sides, after)
        if before and after and sides.same_kind:
            yield from _changes(sides, before, after)


def noun(key: str) -> str:
    """What a way is called."""
    return _NOUNS.get(key, f"the way {key}")


def _begin(key: str) -> str:
    return noun(key)[:1].upper() + noun(key)[1:]


def _opens(sides: Sides, way: WayAccess) -> Change:
    path = (*sides.ways_at(sides.will.kind), way.key)
    _, after = told(sides.leaves.take(*map(str, path)))
    limits = "; ".join(f"{key} {listed(value)}" for key, value in way.limits.items() if value)
    held = f", held to {limits}" if limits else ", without limits"
    text = f"{_begin(way.key)} opens for {listed(way.resources) if way.resources else 'nothing'}{held}."
    return change("registration-opens", noun(way.key), path, text, after=after)


def _closes(sides: Sides, way: WayAccess) -> Change:
    path = (*sides.ways_at(sides.was.kind), way.key)
    before, _ = told(sides.leaves.take(*map(str, path)))
    reached = f"; it reached {listed(way.resources)}" if way.resources else ""
    return change(
        "registration-closes", noun(way.key), path, f"{_begin(way.key)} closes{reached}.", before=before
    )


def _changes(sides: Sides, before: WayAccess, after: WayAccess) -> Iterator[Change]:
    path = (*sides.ways_at(sides.will.kind), after.key)
    yield from reach(
        sides,
        "registration",
        noun(after.key),
        f"Whoever comes by {noun(after.key)}",
        (*path, "access"),
        Reach(_access(sides.before, before.key), before.resources),
        Reach(_access(sides.after, after.key), after.resources),
    )
    unlimited = {
        setting.path for setting in sides.setting_changes if setting.effect == "unlimited-when-empty"
    }
    for key in after.limits:
        limit: Path = (*path, key)
        if sides.leaves.take(*map(str, limit)):
            yield from _limit(
                after.key, key, limit, before.limits[key], after.limits[key], any_if_empty=limit in unlimited
            )


def _limit(
    way: str, key: str, path: Path, before: tuple[str, ...], after: tuple[str, ...], *, any_if_empty: bool
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
            yield change(kind, noun(way), path, f"{_begin(way)}: {text}.", **both)


def _access(declaration: Declaration | None, key: str) -> tuple[str, ...]:
    way = declaration.server.registration_methods.get(key) if declaration else None
    return way.access if way else ()
