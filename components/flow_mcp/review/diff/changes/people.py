"""Changes of people: the protected resources to which groups, or all users, gain and lose access."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.access import PeopleAccess
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.sign_in_paths import SignInPath, sign_in_paths
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import before_and_after
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list
from flow_mcp.review.diff.changes.registration import noun
from flow_mcp.review.diff.kinds import change

_NO_PEOPLE = PeopleAccess((), everyone=False, undeclared=False)

_PeopleByResource = Mapping[str, tuple[PeopleAccess, PeopleAccess]]
"""The people before and after, by the key of the protected resource."""


def people_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of the people who have access to protected resources."""
    keys = sorted({*before_after.access_before.people, *before_after.access_after.people})
    people = {
        key: (
            before_after.access_before.people.get(key, _NO_PEOPLE),
            before_after.access_after.people.get(key, _NO_PEOPLE),
        )
        for key in keys
    }
    for group in sorted(
        {group for pair in people.values() for admitted in pair for group in admitted.groups}
    ):
        yield from _group(before_after, people, group)
    yield from _everyone(before_after, people)
    yield from _undeclared(people)
    yield from _notation_changes(before_after, {key for key, (old, new) in people.items() if old != new})


def _group(before_after: BeforeAfter, people: _PeopleByResource, group: str) -> Iterator[Change]:
    """Yield the access that a group gains and loses; `everyone` includes the members of every group."""
    gained = [key for key, (old, new) in people.items() if group in new.groups and not _admits(old, group)]
    lost = [key for key, (old, new) in people.items() if group in old.groups and not _admits(new, group)]
    subject, name = f"group {group}", f"The group {quoted(group)}"
    if gained:
        path = _people_path(before_after.after, gained)
        yield change(
            "group-gains-access",
            subject,
            path,
            f"{name} gains access to {quoted_list(gained)}.",
            after=gained,
        )
    if lost:
        path = _people_path(before_after.before, lost)
        yield change(
            "group-loses-access", subject, path, f"{name} loses access to {quoted_list(lost)}.", before=lost
        )


def _admits(people: PeopleAccess, group: str) -> bool:
    return people.everyone or group in people.groups


def _everyone(before_after: BeforeAfter, people: _PeopleByResource) -> Iterator[Change]:
    gained = [key for key, (old, new) in people.items() if new.everyone and not old.everyone]
    lost = [key for key, (old, new) in people.items() if old.everyone and not new.everyone]
    if gained:
        text = f"Every user of the authorization server gains access to {quoted_list(gained)}."
        yield change(
            "everyone-gains-access", "everyone", _people_path(before_after.after, gained), text, after=gained
        )
    if lost:
        groups = sorted({group for key in lost for group in people[key][1].groups})
        exception = f", except members of {quoted_list(groups)}" if groups else ""
        text = f"Every user of the authorization server loses access to {quoted_list(lost)}{exception}."
        yield change(
            "everyone-loses-access", "everyone", _people_path(before_after.before, lost), text, before=lost
        )


def _undeclared(people: _PeopleByResource) -> Iterator[Change]:
    begins = [key for key, (old, new) in people.items() if new.undeclared and not old.undeclared]
    ends = [key for key, (old, new) in people.items() if old.undeclared and not new.undeclared]
    path: Path = ("manualRegistrations",)
    if begins:
        text = (
            f"People can reach {quoted_list(begins)} through a manual registration; "
            "the declaration does not say which people."
        )
        yield change("people-undeclared", "people", path, text, after=begins)
    if ends:
        text = (
            f"People can no longer reach {quoted_list(ends)} through a manual registration "
            "whose people are not declared."
        )
        yield change("people-declared", "people", path, text, before=ends)


def _people_path(declaration: Declaration | None, keys: list[str]) -> Path:
    """Return the path of the first `people` entry that applies to one of the resources."""
    for sign_in in _sign_in_paths(declaration):
        if sign_in.people is not None and _reachable(declaration, sign_in) & set(keys):
            return (*sign_in.path, "people")
    return ()


def _notation_changes(before_after: BeforeAfter, changed: set[str]) -> Iterator[Change]:
    """Yield changed people of sign-in paths whose resources admit the same people as before."""
    declared = {
        sign_in.path: (declaration, sign_in)
        for declaration in (before_after.before, before_after.after)
        for sign_in in _sign_in_paths(declaration)
    }
    for path, (declaration, sign_in) in declared.items():
        field_changes = before_after.field_changes.take(*map(str, path), "people")
        if field_changes and not _reachable(declaration, sign_in) & changed:
            before, after = before_and_after(field_changes)
            client = path[0] == "clients"
            name = str(path[-1]) if client else noun(str(path[-1]))
            text = f"The people of {name} are declared differently; its resources admit the same people."
            yield change(
                "people-written-differently",
                f"client {name}" if client else name,
                (*path, "people"),
                text,
                before=before,
                after=after,
            )


def _sign_in_paths(declaration: Declaration | None) -> Iterator[SignInPath]:
    if declaration:
        yield from sign_in_paths(declaration)


def _reachable(declaration: Declaration | None, sign_in: SignInPath) -> set[str]:
    return {resource.key for resource in declaration.reached_by(sign_in.access)} if declaration else set()
