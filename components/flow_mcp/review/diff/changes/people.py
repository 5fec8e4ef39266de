"""People: which groups, or everyone, gain and lose which protected resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.access import PeopleAccess
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.sign_in_paths import SignInPath, sign_in_paths
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.quoting import listed, shown
from flow_mcp.review.diff.changes.registration import noun
from flow_mcp.review.diff.kinds import change

_NOBODY = PeopleAccess((), everyone=False, undeclared=False)

_People = Mapping[str, tuple[PeopleAccess, PeopleAccess]]
"""Before and after, by protected resource."""


def people(before_after: BeforeAfter) -> Iterator[Change]:
    """All that changes of the people whom protected resources admit."""
    keys = sorted({*before_after.was.people, *before_after.will.people})
    both = {
        key: (before_after.was.people.get(key, _NOBODY), before_after.will.people.get(key, _NOBODY))
        for key in keys
    }
    for group in sorted({group for pair in both.values() for side in pair for group in side.groups}):
        yield from _group(before_after, both, group)
    yield from _everyone(before_after, both)
    yield from _undeclared(both)
    yield from _written_differently(before_after, {key for key, (was, will) in both.items() if was != will})


def _group(before_after: BeforeAfter, both: _People, group: str) -> Iterator[Change]:
    """Its members; who came as one of everyone gains nothing by being in a group that is named."""
    gained = [k for k, (was, will) in both.items() if group in will.groups and not _admits(was, group)]
    lost = [k for k, (was, will) in both.items() if group in was.groups and not _admits(will, group)]
    subject, name = f"group {group}", f"The group {shown(group)}"
    if gained:
        path = _where(before_after.after, gained)
        yield change("group-gains-access", subject, path, f"{name} gains {listed(gained)}.", after=gained)
    if lost:
        path = _where(before_after.before, lost)
        yield change("group-loses-access", subject, path, f"{name} loses {listed(lost)}.", before=lost)


def _admits(people: PeopleAccess, group: str) -> bool:
    return people.everyone or group in people.groups


def _everyone(before_after: BeforeAfter, both: _People) -> Iterator[Change]:
    gained = [key for key, (was, will) in both.items() if will.everyone and not was.everyone]
    lost = [key for key, (was, will) in both.items() if was.everyone and not will.everyone]
    if gained:
        text = f"Everyone whom the authorization server lets sign in gains {listed(gained)}."
        yield change(
            "everyone-gains-access", "everyone", _where(before_after.after, gained), text, after=gained
        )
    if lost:
        groups = sorted({group for key in lost for group in both[key][1].groups})
        left = f"only members of {listed(groups)}" if groups else "nobody"
        text = f"Not everyone may sign in any more for {listed(lost)}, {left} may."
        yield change(
            "everyone-loses-access", "everyone", _where(before_after.before, lost), text, before=lost
        )


def _undeclared(both: _People) -> Iterator[Change]:
    begins = [key for key, (was, will) in both.items() if will.undeclared and not was.undeclared]
    ends = [key for key, (was, will) in both.items() if was.undeclared and not will.undeclared]
    path: Path = ("manualRegistrations",)
    if begins:
        text = (
            f"People may come to {listed(begins)} by a manual registration, and who they are is not declared."
        )
        yield change("people-undeclared", "people", path, text, after=begins)
    if ends:
        text = (
            f"No people come to {listed(ends)} any more by a manual registration of whom nothing is declared."
        )
        yield change("people-declared", "people", path, text, before=ends)


def _where(declaration: Declaration | None, keys: list[str]) -> Path:
    """The first place that says who reaches one of the resources."""
    for sign_in in _sign_in_paths(declaration):
        if sign_in.people is not None and _reached(declaration, sign_in) & set(keys):
            return (*sign_in.path, "people")
    return ()


def _written_differently(before_after: BeforeAfter, changed: set[str]) -> Iterator[Change]:
    """People of a sign-in path that were changed without a change of whom any resource admits."""
    declared = {
        sign_in.path: (side, sign_in)
        for side in (before_after.before, before_after.after)
        for sign_in in _sign_in_paths(side)
    }
    for path, (side, sign_in) in declared.items():
        field_changes = before_after.field_changes.take(*map(str, path), "people")
        if field_changes and not _reached(side, sign_in) & changed:
            before, after = told(field_changes)
            text = f"The people of {path[-1]} are written differently; its resources admit the same."
            yield change(
                "people-written-differently",
                f"client {path[-1]}" if path[0] == "clients" else noun(str(path[-1])),
                (*path, "people"),
                text,
                before=before,
                after=after,
            )


def _sign_in_paths(declaration: Declaration | None) -> Iterator[SignInPath]:
    if declaration:
        yield from sign_in_paths(declaration)


def _reached(declaration: Declaration | None, sign_in: SignInPath) -> set[str]:
    return {resource.key for resource in declaration.reached_by(sign_in.access)} if declaration else set()
