"""Select tenants by name, and determine which of them a run must update."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from flow_mcp.engine.fleet.records import Record
from flow_mcp.engine.listed_stacks import ListedStack
from flow_mcp.engine.project import NoProjectError, Project

Reason = Literal["new", "not-recorded", "in-progress", "updated-by-others", "changed", "forced", "unchanged"]
"""Why a run includes a tenant; `unchanged` tenants are skipped."""

REASONS: Mapping[Reason, str] = {
    "new": "not at the backend yet",
    "not-recorded": "no successful run is recorded",
    "in-progress": "an update is in progress",
    "updated-by-others": "updated since by another command",
    "changed": "its inputs changed",
    "forced": "--force",
    "unchanged": "unchanged",
}


@dataclass(frozen=True)
class Candidate:
    """A tenant that a run may include, compared with its record.

    Attributes:
        stack: the stack's name.
        fingerprint: the fingerprint of its current inputs.
        reason: why a run includes it.
        listed: the stack as the backend lists it; None if it does not exist there.
        record: the record of its last successful run; None if there is none.
    """

    stack: str
    fingerprint: str
    reason: Reason
    listed: ListedStack | None
    record: Record | None

    @property
    def changed(self) -> bool:
        """Whether a run includes the tenant."""
        return self.reason != "unchanged"


def candidate(
    stack: str, fingerprint: str, listed: ListedStack | None, record: Record | None, *, force: bool = False
) -> Candidate:
    """Compare a tenant with its record.

    The tenant is unchanged only if the record has its fingerprint and names exactly the update that the
    backend lists as the last one. After a failed update, or an update by another command, the backend lists
    another one.
    """
    return Candidate(stack, fingerprint, _reason(fingerprint, listed, record, force=force), listed, record)


def _reason(fingerprint: str, listed: ListedStack | None, record: Record | None, *, force: bool) -> Reason:
    if listed is None:
        return "new"
    if listed.in_progress:
        return "in-progress"
    if record is None or listed.updated is None:
        return "not-recorded"
    if not record.describes(listed):
        return "updated-by-others"
    if record.fingerprint != fingerprint:
        return "changed"
    return "forced" if force else "unchanged"


def select_tenants(
    project: Project, tenants: Iterable[str], patterns: Iterable[str], *, everything: bool
) -> tuple[str, ...]:
    """Return the names of the selected tenants, sorted and without duplicates.

    Args:
        project: the project.
        tenants: names of tenants.
        patterns: globs such as `prod-*`; each must match a tenant.
        everything: whether all tenants of the project are selected.

    Raises:
        NoProjectError: a tenant does not exist, or nothing was selected.
    """
    known = project.stacks()
    selected = {*project.stack_files(tenants)}
    for pattern in patterns:
        matching = {stack for stack in known if fnmatchcase(stack, pattern)}
        if not matching:
            raise NoProjectError(f"no tenant's name matches {pattern!r}; `flow-mcp list` shows all names")
        selected |= matching
    if everything:
        selected |= {*known}
    if not selected:
        raise NoProjectError(
            f"there is no tenant: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml"
            if everything
            else "no tenant is selected; name tenants, or use --all or --select"
        )
    return tuple(sorted(selected))
