"""What a case of the corpus is, and how its two sides are written."""

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
"""In the place of a value: the key is taken out."""


class Said(NamedTuple):
    """What is compared of a change, whole."""

    kind: str
    subject: str
    risk: str
    text: str


@dataclass(frozen=True)
class Declared:
    """One side: plain values, as a stack's file has them."""

    tenant: Mapping[str, Any]
    instance: Mapping[str, Any]

    def declaration(self) -> Declaration:
        """As the program loads it."""
        return from_configuration(self.tenant, self.instance, source="the corpus").declaration

    def yaml(self) -> str:
        """The stack's file."""
        config = {"flow-mcp:instance": self.instance, "flow-mcp:tenant": self.tenant}
        return yaml.safe_dump({"config": config}, allow_unicode=True, sort_keys=False)


@dataclass(frozen=True)
class Case:
    """A change and what it means.

    Attributes:
        name: of the test.
        stack: the sample that both sides are made of.
        before: None where there was no such stack.
        after: None where there is none any more.
        expected: all changes, in their order.
        declarations_suffice: whether `--base` finds it; otherwise only a preview does.
    """

    name: str
    stack: str
    before: Declared | None
    after: Declared | None
    expected: tuple[Said, ...]
    declarations_suffice: bool = True


def said(changes: tuple[Change, ...]) -> tuple[Said, ...]:
    """What is compared."""
    return tuple(Said(each.kind, each.subject, str(each.risk), each.text) for each in changes)


@cache
def _file(stack: str) -> Any:
    return yaml.safe_load(PROJECT.stack_file(stack).read_text(encoding="utf-8"))["config"]


@cache
def _shared() -> Any:
    return yaml.safe_load(PROJECT.file.read_text(encoding="utf-8"))["config"]["flow-mcp:instance"]["default"]


def sample(stack: str, *edits: Mapping[str, Any]) -> Declared:
    """A sample tenant with some values changed.

    Args:
        stack: its name.
        edits: one after the other, by dotted path below the tenant, or below `instance`; `GONE` takes a key
            out.
    """
    config = copy.deepcopy(_file(stack))
    before_after = {"instance": config.get("flow-mcp:instance") or copy.deepcopy(_shared())}
    before_after |= config["flow-mcp:tenant"]
    for path, value in (each for edit in edits for each in edit.items()):
        *above, last = path.split(".")
        part = before_after
        for key in above:
            part = part.setdefault(key, {})
        if value is GONE:
            del part[last]
        else:
            part[last] = copy.deepcopy(value)
    instance = before_after.pop("instance")
    return Declared(before_after, instance)


def case(name: str, stack: str, before: Declared | None, after: Declared | None) -> Case:
    """A case whose expected changes are in expected.json."""
    return Case(name, stack, before, after, tuple(Said(*each) for each in expected().get(name, ())))


def edited(
    name: str, stack: str, changes: Mapping[str, Any], *, before: Mapping[str, Any] | None = None
) -> Case:
    """A case that changes a sample."""
    first = before or {}
    return case(name, stack, sample(stack, first), sample(stack, first, changes))


@cache
def expected() -> dict[str, list[list[str]]]:
    """The expected changes of all cases, by name: kind, subject, risk and text, in their order."""
    content: dict[str, list[list[str]]] = json.loads(
        Path(__file__).with_name("expected.json").read_text(encoding="utf-8")
    )
    return content


def files(directory: Path, case: Case, side: Declared | None) -> None:
    """Write one side of a case into a project's directory."""
    file = directory / "stacks" / f"Pulumi.{case.stack}.yaml"
    if side is None:
        file.unlink(missing_ok=True)
    else:
        file.write_text(side.yaml(), encoding="utf-8")
