"""Compare the tenants' files with those at a git revision, for pull requests without credentials."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration import positions
from flow_mcp.declaration.applications.catalogue import FILE
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError, dotted
from flow_mcp.declaration.load import PROJECT, instance_of
from flow_mcp.engine.project import NoProjectError, Project
from flow_mcp.review.diff.compare import compare
from flow_mcp.review.diff.git import Repository
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.tenant_diff import TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack

# Besides the tenants' files, these determine the result of a declaration and of the rules.
PROGRAM_FILES = (
    "policies",
    "stacks",
    "plugin",
    "components",
    "requirements",
    "requirements.txt",
    "pyproject.toml",
)
"""Files and directories that all tenants share, relative to the project's directory."""

_DECLARATION_KEYS = ("tenant", "instance")
_APPLICATIONS = f"stacks/{FILE}"
# Pulumi writes these keys into the file of every new stack.
_PULUMI_KEYS = frozenset({("encryptionsalt",), ("encryptedkey",), ("secretsprovider",)})


@dataclass(frozen=True)
class PolicyInputs:
    """The policy pack, and the day for which its rules are evaluated."""

    pack: Pack
    as_of: date


@dataclass(frozen=True)
class Base:
    """A project at a commit.

    Attributes:
        commit: the commit's ID.
        files: its stack files and `Pulumi.yaml` by their path in the project; None for an entry that is not a
            file.
        changed: changed files that determine the result of declarations or rules.
    """

    commit: str
    files: Mapping[str, bytes | None]
    changed: tuple[str, ...]

    @classmethod
    def read(cls, project: Project, revision: str) -> Base:
        """Read the project at a revision.

        Raises:
            GitError: the revision cannot be read.
        """
        repository = Repository.of(project.directory)
        commit = repository.commit(revision)
        files = repository.files(commit, "Pulumi.yaml", "stacks/")
        return cls(commit, files, repository.changed(commit, *PROGRAM_FILES))

    def stacks(self) -> tuple[str, ...]:
        """Return the sorted names of all stacks that have a file at the commit."""
        return tuple(sorted(filter(None, map(_stack_name, self.files))))


def outcome(
    project: Project,
    base: Base,
    stacks: Iterable[str],
    after: Mapping[str, Declaration],
    policy: PolicyInputs,
) -> Outcome:
    """Return what changed since the base.

    Args:
        project: the working tree.
        base: the project at the commit that is compared.
        stacks: names of the stacks that are compared.
        after: the declarations of the stacks that exist now.
        policy: the policy pack and the day of the evaluation.
    """
    with TemporaryDirectory(prefix="flow-mcp-") as directory:
        projects = (_write_base(base, Path(directory)), project)
        diffs = tuple(_diff(stack, base, projects, after.get(stack), policy) for stack in sorted({*stacks}))
        unknowns = tuple(_program_changes(base, *(version.file for version in projects)))
    return Outcome(diffs, "base", policy.as_of, base.commit, unknowns)


def _stack_name(path: str) -> str | None:
    name = path.removeprefix("stacks/")
    if name == path or "/" in name or not (name.startswith("Pulumi.") and name.endswith(".yaml")):
        return None
    return name.removeprefix("Pulumi.").removesuffix(".yaml") or None


def _write_base(base: Base, directory: Path) -> Project:
    """Write the base's files to a directory, so that they can be read as any other project."""
    (directory / "stacks").mkdir()
    for path, content in base.files.items():
        # An entry that is not a regular file, such as a link, is not followed.
        if content is not None and (path in {"Pulumi.yaml", _APPLICATIONS} or _stack_name(path)):
            (directory / path).write_bytes(content)
    return Project(directory)


def _diff(
    stack: str, base: Base, projects: tuple[Project, Project], after: Declaration | None, policy: PolicyInputs
) -> TenantDiff:
    rule_results = evaluate(policy.pack, after, policy.as_of) if after else ()
    path = f"stacks/Pulumi.{stack}.yaml"
    old_file, new_file = (version.directory / path for version in projects)
    shared = ("Pulumi.yaml", _APPLICATIONS)
    unchanged = all(_same_content(*(version.directory / file for version in projects)) for file in shared)
    if after and old_file.is_file() and _same_content(old_file, new_file) and unchanged:
        return TenantDiff(stack, "base", (), rule_results=rule_results)
    unknowns = tuple(_other_changes(old_file, new_file)) if after else ()
    try:
        before = _declaration(base, path, projects[0])
    except DeclarationError as error:
        problem = error.problems[0]
        text = (
            "cannot be determined: the file at the base is not a valid declaration today "
            f"({problem.path}: {problem.message})"
        )
        unknown = Unknown("the change", text, blocks=True)
        return TenantDiff(stack, "base", (), (), (unknown, *unknowns), rule_results)
    return TenantDiff(stack, "base", compare(before, after), (), unknowns, rule_results)


def _declaration(base: Base, path: str, old_project: Project) -> Declaration | None:
    if path not in base.files:
        return None
    return from_file(old_project.directory / path, instance_of(old_project.file)).declaration


def _same_content(left: Path, right: Path) -> bool:
    """Return whether two files have the same content, or neither exists."""
    if left.is_file() and right.is_file():
        return left.read_bytes() == right.read_bytes()
    return not left.exists() and not right.exists()


def _other_changes(old_file: Path, new_file: Path) -> Iterator[Unknown]:
    """Yield the other changed keys of a stack's file, without their values, which could be secret."""
    old, new = (dict(_values(positions.read(file).value, ())) for file in (old_file, new_file))
    for path in sorted({*old, *new}, key=str):
        if old.get(path) != new.get(path) and (old_file.exists() or path not in _PULUMI_KEYS):
            text = "has changed; this command does not determine the effect"
            yield Unknown(f"{dotted(path)} of the stack's file", text, blocks=False)


def _program_changes(base: Base, old_file: Path, new_file: Path) -> Iterator[Unknown]:
    # The tenants' differences contain the changes of the team's known applications.
    compared = {path for path in base.changed if path == _APPLICATIONS or _stack_name(path)}
    changed = {path.partition("/")[0] for path in base.changed if path not in compared}
    old, new = (dict(_values(positions.read(file).value, ())) for file in (old_file, new_file))
    if old != new:
        changed.add("Pulumi.yaml")
    for part in sorted(changed):
        text = "has changed, which can change the result of a declaration or a rule"
        yield Unknown(part, text, blocks=False)


def _values(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the values of a file as JSON, up to two levels deep and without the declarations."""
    for key, part in value.items() if isinstance(value, dict) else ():
        below = (*path, str(key))
        if path == ("config",) and str(key).removeprefix(f"{PROJECT}:") in _DECLARATION_KEYS:
            continue
        if below == ("config",):
            yield from _values(part, below)
        else:
            yield below, json.dumps(part)


def selected_stacks(project: Project, base: Base, stacks: Iterable[str]) -> tuple[str, ...]:
    """Return the stacks to compare: the given ones, or else all that exist now or at the base.

    Raises:
        NoProjectError: there is no such stack, there are no stacks at all, or a name is not printable.
    """
    known = {*project.stacks(), *base.stacks()}
    requested = tuple(stacks)
    for stack in requested:
        if stack not in known:
            raise NoProjectError(
                f"stack {stack} does not exist, neither in {project.directory / 'stacks'} nor at the base"
            )
    if not known:
        raise NoProjectError(
            f"there is nothing to compare: {project.directory / 'stacks'} contains no stack file"
        )
    for stack in sorted(known):
        # The digest and all formats except the terminal's require text that UTF-8 can encode.
        if not stack.isprintable():
            raise NoProjectError(f"the stack name {stack!r} contains unprintable characters; rename its file")
    return requested or tuple(sorted(known))
