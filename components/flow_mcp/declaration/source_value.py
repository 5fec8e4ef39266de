"""A value with its position in a file, and the errors in its syntax and its types."""

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
"""A problem and its position in the file, by which problems are sorted."""


@dataclass(frozen=True)
class SourceValue:
    """A value and its position.

    Attributes:
        value: mappings, lists, strings, numbers and Booleans.
        source: the file's name in problems, or the stack's name if there is no file.
        file: the parsed file; None if there is none.
        root: the value's path in the file.
        name: the value's name in problems about the whole value.
        prefix: first keys of the paths in problems.
        file_problems: problems of the file outside the value.
    """

    value: Any
    source: str
    file: Positioned | None = None
    root: Path = ()
    name: str = "tenant"
    prefix: Path = ()
    file_problems: tuple[Located, ...] = ()

    def locate(self, finding: Finding, mark: Mark | None = None) -> Located:
        """Return a finding, whose path is relative to the value, as a problem with its position."""
        mark = mark or (self.file.mark((*self.root, *finding.path)) if self.file else (0, 0))
        path = dotted((*self.prefix, *finding.path)) or self.name
        problem = Problem(self.source, mark[0], path, finding.message, finding.remedy, finding.severity)
        return mark, problem


@dataclass(frozen=True)
class Parsed(Generic[_Model]):
    """The result of parsing a value.

    Attributes:
        model: the parsed value, without the parts in `invalid_paths`; None if nothing valid is left.
        problems: all problems of the value and of its file.
        invalid_paths: the paths of the value's invalid parts.
    """

    model: _Model | None
    problems: tuple[Located, ...]
    invalid_paths: frozenset[Path]


def parse(model: type[_Model], source: SourceValue) -> Parsed[_Model]:
    """Parse a value, or its valid parts, and list all of its problems."""
    if source.value is None and source.file_problems:
        return Parsed(None, source.file_problems, frozenset({()}))
    parsed: _Model | None = None
    type_findings: tuple[Finding, ...] = ()
    try:
        parsed = validated(model, source.value)
    except ValidationError as error:
        type_findings = pydantic_errors.findings(model, error)
    faults = tuple(_faults(model, source, {finding.path for finding in type_findings}))
    faulty_paths = {finding.path for finding, _ in faults}
    # The value of a faulty scalar is None: a second finding about the missing value would be misleading.
    type_findings = tuple(
        finding
        for finding in type_findings
        if finding.message != NO_VALUE[0] or finding.path not in faulty_paths
    )
    unmarked = (*type_findings, *_duplicates(source.value, ()))
    invalid_paths = frozenset(faulty_paths.union(finding.path for finding in unmarked))
    if invalid_paths:
        required = [field.alias or "" for field in model.model_fields.values() if field.is_required()]
        parsed = parse_valid_parts(
            lambda value: validated(model, value), required, source.value, invalid_paths
        )
    located = (*(source.locate(*fault) for fault in faults), *map(source.locate, unmarked))
    return Parsed(parsed, (*source.file_problems, *located), invalid_paths)


def validated(model: type[_Model], value: Any) -> _Model:
    """Return the value as an instance of the model.

    Raises:
        pydantic.ValidationError: the value does not match the model.
    """
    # Only from JSON do strict models accept a list for a tuple and a string for an enum.
    return model.model_validate_json(json.dumps(value), by_alias=True, by_name=False)


def _faults(
    model: type[BaseModel], source: SourceValue, type_error_paths: set[Path]
) -> Iterator[tuple[Finding, Mark]]:
    for fault in source.file.faults if source.file else ():
        path = fault.finding.path[len(source.root) :]
        if (*source.root, *path) != fault.finding.path:
            continue
        if fault.doubtful and (
            _at_or_below(path, type_error_paths) or pydantic_errors.is_date_field(model, path)
        ):
            continue
        yield Finding(path, fault.finding.message, fault.finding.remedy), fault.mark


def _at_or_below(path: Path, parents: set[Path]) -> bool:
    return any(path[:depth] in parents for depth in range(len(path) + 1))


def _duplicates(value: Any, path: Path) -> Iterator[Finding]:
    """Yield a finding for each repeated string in a list.

    All lists of a declaration are sets, so that a repeated entry is probably a mistake for another one.
    """
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _duplicates(part, (*path, key))
    elif isinstance(value, list):
        earlier: set[str] = set()
        for index, item in enumerate(value):
            if isinstance(item, str):
                if item in earlier:
                    yield Finding(
                        (*path, index), "is a duplicate of an earlier entry", "Remove or correct it."
                    )
                earlier.add(item)
            else:
                yield from _duplicates(item, (*path, index))
