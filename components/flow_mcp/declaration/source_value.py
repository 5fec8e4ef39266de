"""A value as somebody wrote it, where that is, and what is wrong with it before its rules are asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from flow_mcp.declaration import pydantic_errors
from flow_mcp.declaration.findings import Finding, Path, Problem, dotted
from flow_mcp.declaration.partial import parse_valid_parts
from flow_mcp.declaration.positions import NO_VALUE, Mark, Positioned

_Model = TypeVar("_Model", bound=BaseModel)

Located = tuple[Mark, Problem]
"""A problem and its place in its file, to sort by."""


@dataclass(frozen=True)
class SourceValue:
    """A value and its place.

    Attributes:
        value: made of mappings, lists, texts, numbers and truth values.
        source: the file, or what stands for it in problems.
        file: what was read from it; None where there is no file.
        root: the value's path in the file.
        name: what problems call the value itself.
        prefix: how problems begin the paths in it.
        around: what is wrong with the file, outside the value.
    """

    value: Any
    source: str
    file: Positioned | None = None
    root: Path = ()
    name: str = "tenant"
    prefix: Path = ()
    around: tuple[Located, ...] = ()

    def locate(self, finding: Finding, mark: Mark | None = None) -> Located:
        """A finding, by its path below the value, as a problem at its place."""
        mark = mark or (self.file.mark((*self.root, *finding.path)) if self.file else (0, 0))
        path = dotted((*self.prefix, *finding.path)) or self.name
        problem = Problem(self.source, mark[0], path, finding.message, finding.remedy, finding.severity)
        return mark, problem


@dataclass(frozen=True)
class Parsed(Generic[_Model]):
    """What was made of a written value.

    Attributes:
        model: the value; without its faulty parts where `bad` names some, None where nothing is left.
        problems: what is wrong with it.
        bad: the paths of those.
    """

    model: _Model | None
    problems: tuple[Located, ...]
    bad: frozenset[Path]


def parse(model: type[_Model], written: SourceValue) -> Parsed[_Model]:
    """Make a model of a written value, or as much as can be, and say everything that is wrong with it."""
    if written.value is None and written.around:
        return Parsed(None, written.around, frozenset({()}))
    parsed: _Model | None = None
    wrong: tuple[Finding, ...] = ()
    try:
        parsed = validated(model, written.value)
    except ValidationError as error:
        wrong = pydantic_errors.findings(model, error)
    faults = tuple(_faults(model, written, {finding.path for finding in wrong}))
    faulty = {finding.path for finding, _ in faults}
    # A fault may leave no value, which is then no news.
    wrong = tuple(item for item in wrong if item.message != NO_VALUE[0] or item.path not in faulty)
    unmarked = (*wrong, *_repetitions(written.value, ()))
    bad = frozenset(faulty.union(finding.path for finding in unmarked))
    if bad:
        required = [field.alias or "" for field in model.model_fields.values() if field.is_required()]
        parsed = parse_valid_parts(lambda value: validated(model, value), required, written.value, bad)
    located = (*(written.locate(*fault) for fault in faults), *map(written.locate, unmarked))
    return Parsed(parsed, (*written.around, *located), bad)


def validated(model: type[_Model], value: Any) -> _Model:
    """The model of a value.

    Raises:
        pydantic.ValidationError: the value has another shape.
    """
    # Strict models take a list for a tuple and a text for an enum in JSON only.
    return model.model_validate_json(json.dumps(value), by_alias=True, by_name=False)


def _faults(model: type[BaseModel], written: SourceValue, wrong: set[Path]) -> Iterator[tuple[Finding, Mark]]:
    for fault in written.file.faults if written.file else ():
        path = fault.finding.path[len(written.root) :]
        if (*written.root, *path) != fault.finding.path:
            continue
        if fault.doubtful and (_at_or_below(path, wrong) or pydantic_errors.takes_a_day(model, path)):
            continue
        yield Finding(path, fault.finding.message, fault.finding.remedy), fault.mark


def _at_or_below(path: Path, others: set[Path]) -> bool:
    return any(path[:depth] in others for depth in range(len(path) + 1))


def _repetitions(value: Any, path: Path) -> Iterator[Finding]:
    """All lists of a declaration are sets; an entry that is there twice was meant to be another."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _repetitions(part, (*path, key))
    elif isinstance(value, list):
        seen: set[str] = set()
        for index, item in enumerate(value):
            if isinstance(item, str):
                if item in seen:
                    yield Finding(
                        (*path, index), "is a duplicate of an earlier entry", "Remove or correct it."
                    )
                seen.add(item)
            else:
                yield from _repetitions(item, (*path, index))
