"""A case of the corpus: two versions of a tenant and the expected changes between them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.project import Project
from flow_mcp.review.diff.change import Change

PROJECT = Project.find()
GONE = object()
"""A marker in place of a value: the key is removed."""


class ExpectedChange(NamedTuple):
    """The parts of a change that the tests compare."""

    kind: str
    subject: str
    risk: str
    text: str


@dataclass(frozen=True)
class Declared:
    """The plain values of a tenant and its instance, as in a stack's file."""

    tenant: Mapping[str, Any]
    instance: Mapping[str, Any]

    def declaration(self) -> Declaration:
        """Return the declaration, loaded as the program loads it."""
        return from_configuration(self.tenant, self.instance, source="the corpus").declaration

    def yaml(self) -> str:
        """Return the text of the stack's file."""
        config = {"flow-mcp:instance": self.instance, "flow-mcp:tenant": self.tenant}
        return yaml.safe_dump({"config": config}, allow_unicode=True, sort_keys=False)


@dataclass(frozen=True)
class Case:
    """Two versions of a tenant and the expected changes.

    Attributes:
        name: the name of the test.
        stack: the sample from which both versions are made.
        before: the version before; None if the stack did not exist.
        after: the version after; None if the stack is removed.
        expected: all changes, in their order.
        declarations_suffice: whether `--base` finds the changes; otherwise only a preview does.
    """

    name: str
    stack: str
    before: Declared | None
    after: Declared | None
    expected: tuple[ExpectedChange, ...]
    declarations_suffice: bool = True


def compared_parts(changes: tuple[Change, ...]) -> tuple[ExpectedChange, ...]:
    """Return the parts of changes that the tests compare."""
    return tuple(
        ExpectedChange(change.kind, change.subject, str(change.risk), change.text) for change in changes
    )


@cache
def _file(stack: str) -> Any:
    return yaml.safe_load(PROJECT.stack_file(stack).read_text(encoding="utf-8"))["config"]


@cache
def _shared() -> Any:
    return yaml.safe_load(PROJECT.file.read_text(encoding="utf-8"))["config"]["flow-mcp:instance"]["default"]


def sample(stack: str, *edits: Mapping[str, Any]) -> Declared:
    """Return a sample tenant with some values changed.

    Args:
        stack: the name of the sample.
        edits: new values by dotted path in the tenant, or below `instance`, applied in order; `GONE` removes
            a key.
    """
    config = copy.deepcopy(_file(stack))
    values = {"instance": config.get("flow-mcp:instance") or copy.deepcopy(_shared())}
    values |= config["flow-mcp:tenant"]
    for path, value in (item for edit in edits for item in edit.items()):
        *above, last = path.split(".")
        part = values
        for key in above:
            part = part.setdefault(key, {})
        if value is GONE:
            del part[last]
        else:
            part[last] = copy.deepcopy(value)
    instance = values.pop("instance")
    return Declared(values, instance)


def case(name: str, stack: str, before: Declared | None, after: Declared | None) -> Case:
    """Return a case whose expected changes are in expected.json."""
    changes = tuple(ExpectedChange(*parts) for parts in expected().get(name, ()))
    return Case(name, stack, before, after, changes)


def edited(
    name: str, stack: str, changes: Mapping[str, Any], *, before: Mapping[str, Any] | None = None
) -> Case:
    """Return a case that edits a sample."""
    edits_before = before or {}
    return case(name, stack, sample(stack, edits_before), sample(stack, edits_before, changes))


@cache
def expected() -> dict[str, list[list[str]]]:
    """Return the expected changes of all cases by name: kind, subject, risk and text, in their order."""
    content: dict[str, list[list[str]]] = json.loads(
        Path(__file__).with_name("expected.json").read_text(encoding="utf-8")
    )
    return content


def files(directory: Path, case: Case, version: Declared | None) -> None:
    """Write one version of a case into a project's directory, or remove its file."""
    file = directory / "stacks" / f"Pulumi.{case.stack}.yaml"
    if version is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(version.yaml(), encoding="utf-8")
