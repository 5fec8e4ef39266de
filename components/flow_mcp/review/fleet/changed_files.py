"""Find the tenants whose inputs differ from those at a git revision."""

from __future__ import annotations

from collections.abc import Iterable

from flow_mcp.engine.project import Project
from flow_mcp.review.diff.base import PROGRAM_FILES
from flow_mcp.review.diff.git import Repository

_STACKS = "stacks/"


def changed_since(project: Project, revision: str, stacks: Iterable[str]) -> tuple[str, ...]:
    """Return those of the given stacks whose files differ from a revision, in their order.

    Returns all of them if a file changed that all tenants share: of the program, the plugin, the package, the
    policies or the versions. A file that git does not track yet counts as changed.

    Raises:
        GitError: the revision cannot be read.
    """
    repository = Repository.of(project.directory)
    commit = repository.commit(revision)
    changed = {*repository.changed(commit, "Pulumi.yaml", *PROGRAM_FILES)}
    files = {stack: f"{_STACKS}{file.name}" for stack, file in project.stack_files(project.stacks()).items()}
    previous = repository.files(commit, _STACKS)
    # The removed file of a tenant changes no other tenant.
    tenants = {
        *files.values(),
        *(name for name in previous if name.removeprefix(_STACKS).startswith("Pulumi.")),
    }
    if changed - tenants:
        return tuple(stacks)
    return tuple(stack for stack in stacks if files[stack] in changed or files[stack] not in previous)
