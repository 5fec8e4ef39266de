"""Which tenants' inputs are not as they were at a git revision."""

from __future__ import annotations

from collections.abc import Iterable

from flow_mcp.engine.project import Project
from flow_mcp.review.diff.git import Repository

_STACKS = "stacks/"
_SHARED = ("Pulumi.yaml", "components", "policies", "pyproject.toml", "requirements")


def changed_since(project: Project, revision: str, stacks: Iterable[str]) -> tuple[str, ...]:
    """Those of some tenants whose files are not as they were, in their order.

    All of them, if something changed that they have in common: the program, the package, the policies or the
    versions. A file that git does not know yet has changed.

    Raises:
        GitError: the revision cannot be read.
    """
    repository = Repository.of(project.directory)
    commit = repository.commit(revision)
    changed = {*repository.changed(commit, _STACKS, *_SHARED)}
    files = {stack: f"{_STACKS}{file.name}" for stack, file in project.stack_files(project.stacks()).items()}
    then = repository.files(commit, _STACKS)
    # What was a tenant's file and is none any more changes no other tenant.
    tenants = {*files.values(), *(name for name in then if name.removeprefix(_STACKS).startswith("Pulumi."))}
    if changed - tenants:
        return tuple(stacks)
    return tuple(stack for stack in stacks if files[stack] in changed or files[stack] not in then)
