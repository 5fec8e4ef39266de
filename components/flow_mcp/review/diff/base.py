"""Tenants at a git revision against the working tree: for a pull request that has no credentials."""

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

# What decides beside the tenants' files what is made of them, and what is let through.
_AROUND = ("policies", "stacks", "plugin", "components", "requirements", "requirements.txt", "pyproject.toml")
_DECLARED = ("tenant", "instance")
# What Pulumi writes into a new stack's file.
_OF_EVERY_STACK = frozenset({("encryptionsalt",), ("encryptedkey",), ("secretsprovider",)})


@dataclass(frozen=True)
class Judged:
    """By what policies, and on which day."""

    pack: Pack
    as_of: date


@dataclass(frozen=True)
class Base:
    """A project at a commit.

    Attributes:
        commit: its ID.
        files: its stack files and `Pulumi.yaml`, by path below the project; None for what is no file.
        changed: files that decide what is made of declarations and are not as they were.
    """

    commit: str
    files: Mapping[str, bytes | None]
    changed: tuple[str, ...]

    @classmethod
    def read(cls, project: Project, revision: str) -> Base:
        """The project at a revision.

        Raises:
            GitError: it cannot be read.
        """
        repository = Repository.of(project.directory)
        commit = repository.commit(revision)
        files = repository.files(commit, "Pulumi.yaml", "stacks/")
        return cls(commit, files, repository.changed(commit, *_AROUND))

    def stacks(self) -> tuple[str, ...]:
        """The names of all stacks that had a file, sorted."""
        return tuple(sorted(filter(None, map(_stack, self.files))))


def outcome(
    project: Project,
    base: Base,
    stacks: Iterable[str],
    after: Mapping[str, Declaration],
    judged: Judged,
) -> Outcome:
    """What changed since the base.

    Args:
        project: the working tree.
        base: what it is compared with.
        stacks: names of those that are told.
        after: the declarations of those that are there now.
        judged: by what policies, and when.
    """
    with TemporaryDirectory(prefix="flow-mcp-") as directory:
        before_after = (_written(base, Path(directory)), project)
        diffs = tuple(
            _diff(stack, base, before_after, after.get(stack), judged) for stack in sorted({*stacks})
        )
        around = tuple(_around(base, *(side.file for side in before_after)))
    return Outcome(diffs, "base", judged.as_of, base.commit, around)


def _stack(path: str) -> str | None:
    name = path.removeprefix("stacks/")
    if name == path or "/" in name or not (name.startswith("Pulumi.") and name.endswith(".yaml")):
        return None
    return name.removeprefix("Pulumi.").removesuffix(".yaml") or None


def _written(base: Base, directory: Path) -> Project:
    """The base's files as a project, which is then read as every other."""
    (directory / "stacks").mkdir()
    for path, content in base.files.items():
        # What is no file there, such as a link, is not read as one either.
        if content is not None and (path == "Pulumi.yaml" or _stack(path)):
            (directory / path).write_bytes(content)
    return Project(directory)


def _diff(
    stack: str, base: Base, before_after: tuple[Project, Project], after: Declaration | None, judged: Judged
) -> TenantDiff:
    rule_results = evaluate(judged.pack, after, judged.as_of) if after else ()
    path = f"stacks/Pulumi.{stack}.yaml"
    was, now = (side.directory / path for side in before_after)
    if after and _same(was, now) and _same(*(side.file for side in before_after)):
        return TenantDiff(stack, "base", (), rule_results=rule_results)
    unknowns = tuple(_beside(was, now)) if after else ()
    try:
        before = _declared(base, path, before_after[0])
    except DeclarationError as error:
        first = error.problems[0]
        text = f"cannot be told: the base's file is no declaration of today ({first.path}: {first.message})"
        unknown = Unknown("what changes", text, blocks=True)
        return TenantDiff(stack, "base", (), (), (unknown, *unknowns), rule_results)
    return TenantDiff(stack, "base", compare(before, after), (), unknowns, rule_results)


def _declared(base: Base, path: str, then: Project) -> Declaration | None:
    if path not in base.files:
        return None
    return from_file(then.directory / path, instance_of(then.file)).declaration


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def _beside(was: Path, now: Path) -> Iterator[Unknown]:
    """What else of a stack's file changed; only where, for a value could be secret."""
    old, new = (dict(_values(positions.read(file).value, ())) for file in (was, now))
    for path in sorted({*old, *new}, key=str):
        if old.get(path) != new.get(path) and (was.exists() or path not in _OF_EVERY_STACK):
            text = "changed too, and what that does is not told here"
            yield Unknown(f"{dotted(path)} of the stack's file", text, blocks=False)


def _around(base: Base, was: Path, now: Path) -> Iterator[Unknown]:
    changed = {path.partition("/")[0] for path in base.changed if not _stack(path)}
    old, new = (dict(_values(positions.read(file).value, ())) for file in (was, now))
    if old != new:
        changed.add("Pulumi.yaml")
    for part in sorted(changed):
        text = "changed too: what is made of a declaration, or let through, may be something else"
        yield Unknown(part, text, blocks=False)


def _values(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a file says beside declarations, two levels deep, as JSON."""
    for key, part in value.items() if isinstance(value, dict) else ():
        below = (*path, str(key))
        if path == ("config",) and str(key).removeprefix(f"{PROJECT}:") in _DECLARED:
            continue
        if below == ("config",):
            yield from _values(part, below)
        else:
            yield below, json.dumps(part)


def named(project: Project, base: Base, stacks: Iterable[str]) -> tuple[str, ...]:
    """The stacks that are told: those that were named, else all that are there or were.

    Raises:
        NoProjectError: one that was named never was.
    """
    known = {*project.stacks(), *base.stacks()}
    given = tuple(stacks)
    for stack in given:
        if stack not in known:
            raise NoProjectError(
                f"there is no stack {stack}, neither in {project.directory / 'stacks'} nor at the base"
            )
    if not known:
        raise NoProjectError(
            f"there is nothing to compare: {project.directory / 'stacks'} has no stack's file"
        )
    for stack in sorted(known):
        # A digest and every form but a terminal's are UTF-8.
        if not stack.isprintable():
            raise NoProjectError(f"the name of the stack {stack!r} is not all text; rename its file")
    return given or tuple(sorted(known))
