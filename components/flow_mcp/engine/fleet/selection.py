"""Which tenants a run is about, and which of them have to be run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from flow_mcp.engine.fleet.records import Record
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.engine.stacks import Listed

Reason = Literal["new", "not-recorded", "in-progress", "updated-by-others", "changed", "forced", "unchanged"]
"""Why a tenant has to be run, or `unchanged`."""

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
class Standing:
    """Where a tenant stands.

    Attributes:
        stack: its name.
        fingerprint: of its inputs as they are now.
        reason: why it has to be run.
        listed: what the backend knows of it; None where it is not there.
        record: what was recorded of its last successful run; None where nothing was.
    """

    stack: str
    fingerprint: str
    reason: Reason
    listed: Listed | None
    record: Record | None

    @property
    def changed(self) -> bool:
        """Whether it has to be run."""
        return self.reason != "unchanged"


def standing(
    stack: str, fingerprint: str, listed: Listed | None, record: Record | None, *, force: bool = False
) -> Standing:
    """Compare a tenant with its record.

    It is unchanged only if the record has its fingerprint and names the very update that the backend lists
    as the last one: after a failed update, or one by somebody else, the backend lists another.
    """
    return Standing(stack, fingerprint, _reason(fingerprint, listed, record, force=force), listed, record)


def _reason(fingerprint: str, listed: Listed | None, record: Record | None, *, force: bool) -> Reason:
    if listed is None:
        return "new"
    if listed.in_progress:
        return "in-progress"
    if record is None or listed.updated is None:
        return "not-recorded"
    if (record.updated, record.resources) != (listed.updated, listed.resources):
        return "updated-by-others"
    if record.fingerprint != fingerprint:
        return "changed"
    return "forced" if force else "unchanged"


def named(
    project: Project, tenants: Iterable[str], patterns: Iterable[str], *, everything: bool
) -> tuple[str, ...]:
    """The tenants that were asked for, sorted, each once.

    Args:
        project: where they are.
        tenants: names.
        patterns: globs, as in `prod-*`; each must match a tenant.
        everything: all of the project's.

    Raises:
        NoProjectError: there is no such tenant, or nothing was asked for.
    """
    known = project.stacks()
    found = {*project.stack_files(tenants)}
    for pattern in patterns:
        matching = {stack for stack in known if fnmatchcase(stack, pattern)}
        if not matching:
            raise NoProjectError(f"no tenant's name matches {pattern!r}; `flow-mcp list` shows all names")
        found |= matching
    if everything:
        found |= {*known}
    if not found:
        raise NoProjectError(
            f"there is no tenant: {project.directory / 'stacks'} has no Pulumi.<stack>.yaml"
            if everything
            else "name tenants, or give --all or --select"
        )
    return tuple(sorted(found))
