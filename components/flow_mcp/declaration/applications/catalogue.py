"""Load the catalogue of known applications: the package's file, and a team's file beside its tenants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from os.path import lexists
from pathlib import Path as FilePath
from typing import Any

from pydantic import TypeAdapter, ValidationError

from flow_mcp.declaration import positions, pydantic_errors
from flow_mcp.declaration.applications.entry import Application, Entry
from flow_mcp.declaration.base import Name
from flow_mcp.declaration.findings import Finding, Problem
from flow_mcp.declaration.positions import NO_VALUE
from flow_mcp.declaration.source_value import Located, SourceValue, parse, validated

FILE = "applications.yaml"
"""Name of a team's file, in the directory of the stacks' files."""

_OWN = FilePath(__file__).with_name("catalogue.yaml")


_NAME = TypeAdapter[str](Name)


@dataclass(frozen=True)
class Catalogue(Mapping[str, Application]):
    """The known applications by name.

    Attributes:
        applications: the package's and the team's.
        own: the entries of the team's file as plain values, by name.
        problems: the errors of the team's file; if there are any, `applications` contains the package's only.
    """

    applications: Mapping[str, Application]
    own: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Located, ...] = ()

    def __getitem__(self, name: str) -> Application:
        return self.applications[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.applications)

    def __len__(self) -> int:
        return len(self.applications)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The errors of the team's file, in the order of its lines."""
        return tuple(problem for _, problem in sorted(self.problems, key=lambda located: located[0]))


@cache
def package_catalogue() -> Catalogue:
    """Return the catalogue that the package contains.

    Raises:
        ValueError: the package's file is invalid.
    """
    read = positions.read(_OWN)
    catalogue = _combined({}, SourceValue(read.value, str(_OWN), read, name="file"))
    if catalogue.problems:
        raise ValueError("\n".join(map(str, catalogue.errors)))
    return Catalogue(catalogue.applications)


def catalogue_beside(directory: FilePath) -> Catalogue:
    """Return the catalogue for the tenants of a directory: the package's and the team's."""
    file = directory / FILE
    # A link whose target is missing is no absent file: its entries can restrict known applications.
    if not lexists(file):
        return package_catalogue()
    if not file.is_file():
        return _unreadable(str(file))
    # A pipeline can check a thousand tenants beside the same file.
    status = file.stat()
    return _of_file(str(file), status.st_mtime_ns, status.st_size)


def catalogue_of(own: Any, source: str) -> Catalogue:
    """Return the catalogue with a team's entries that are given as plain values.

    Args:
        own: content of the team's file; None if there is none.
        source: name of the entries in problems.
    """
    if own is None:
        return package_catalogue()
    return _cached(json.dumps(own), source)


@lru_cache(maxsize=8)
def _cached(own: str, source: str) -> Catalogue:
    return _team(SourceValue(json.loads(own), source, name="applications", prefix=("applications",)))


@lru_cache(maxsize=8)
def _of_file(source: str, _changed: int, _size: int) -> Catalogue:
    read = positions.read(FilePath(source))
    return _team(SourceValue(read.value, source, read, name="file"))


def _unreadable(source: str) -> Catalogue:
    finding = Finding((), "is not a file", "Replace it with a file of known applications, or remove it.")
    return Catalogue(package_catalogue().applications, {}, (SourceValue(None, source).locate(finding),))


def _team(written: SourceValue) -> Catalogue:
    package = package_catalogue()
    catalogue = _combined(package.applications, written)
    return Catalogue(package.applications, {}, catalogue.problems) if catalogue.problems else catalogue


def _combined(package: Mapping[str, Application], written: SourceValue) -> Catalogue:
    """Merge the applications of a file into the package's: key by key, and sources fact by fact."""
    problems = list(_around(written))
    combined = dict(package)
    entries: Mapping[str, Any] = written.value if isinstance(written.value, dict) else {}
    for name, entry in entries.items():
        at = replace(
            written, value=entry, root=(*written.root, name), name=name, prefix=(*written.prefix, name)
        )
        entry_problems = [*_name(name, at), *parse(Entry, at).problems]
        entry_problems += [] if entry_problems else _null_values(at)
        if not entry_problems:
            base = combined.get(name)
            below = base.model_dump(mode="json", by_alias=True, exclude_none=True) if base else {}
            merged = _merged(below, entry)
            try:
                combined[name] = validated(Application, merged)
            except ValidationError as error:
                findings = pydantic_errors.findings(Application, error)
                entry_problems = [at.locate(finding) for finding in findings]
        problems += entry_problems
    return Catalogue(combined, entries, tuple(problems))


def _merged(base: dict[str, Any], entry: dict[str, Any]) -> dict[str, Any]:
    return {**base, **entry, "sources": {**base.get("sources", {}), **entry.get("sources", {})}}


def _around(written: SourceValue) -> Iterator[Located]:
    """Yield the errors of a file that belong to no entry."""
    faults = [fault for fault in written.file.faults if not fault.finding.path] if written.file else []
    yield from (written.locate(fault.finding, fault.mark) for fault in faults if not fault.doubtful)
    if not isinstance(written.value, dict) and not any(not fault.doubtful for fault in faults):
        message = "is not a mapping of applications by name"
        yield written.locate(
            Finding((), message, "Write `<name>:` and the keys of the entry below it, or remove the file.")
        )


def _null_values(at: SourceValue) -> Iterator[Located]:
    """Yield the keys of an entry without a value, which would remove a fact of a known application.

    A file has a fault there already; values can come from a program in another language.
    """
    yield from (at.locate(Finding((key,), *NO_VALUE)) for key, value in at.value.items() if value is None)


def _name(name: str, at: SourceValue) -> Iterator[Located]:
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        yield from (at.locate(finding) for finding in pydantic_errors.findings(Entry, error))
