"""The differences of two declarations, value by value: the source of every change that is reported."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path, dotted


class Values(NamedTuple):
    """A value before and after; None if it is not declared."""

    before: Any
    after: Any


class FieldChanges:
    """The values that differ between two declarations, by path.

    A comparison takes the values that its sentences describe. `compare` lists the values that remain.
    """

    def __init__(self, before: Declaration | None, after: Declaration | None) -> None:
        old, new = dict(_declaration_values(before)), dict(_declaration_values(after))
        self._differing = {
            path: Values(old.get(path), new.get(path))
            for path in sorted({*old, *new}, key=str)
            if old.get(path) != new.get(path)
        }

    def below(self, *prefix: str) -> dict[Path, Values]:
        """Return the values at and below a path that no comparison has taken, without taking them."""
        return {path: pair for path, pair in self._differing.items() if path[: len(prefix)] == prefix}

    def take(self, *prefix: str) -> dict[Path, Values]:
        """Return the values at and below a path, and remove them from the values that remain."""
        taken = self.below(*prefix)
        for path in taken:
            del self._differing[path]
        return taken


def before_and_after(values: Mapping[Path, Values]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the old and the new values by dotted path, as a change has them in `before` and `after`."""
    before = {dotted(path): pair.before for path, pair in values.items() if pair.before is not None}
    after = {dotted(path): pair.after for path, pair in values.items() if pair.after is not None}
    return before or None, after or None


def _declaration_values(declaration: Declaration | None) -> Iterator[tuple[Path, Any]]:
    if declaration:
        yield from _values((), declaration.tenant.model_dump(mode="json", by_alias=True, exclude_none=True))
        instance = declaration.instance.model_dump(mode="json", by_alias=True, exclude_none=True)
        yield from _values(("instance",), instance)


def _values(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _values((*path, key), part)
    elif isinstance(value, list):
        # The order of a declaration's lists has no meaning.
        yield path, sorted(value, key=json.dumps)
    else:
        yield path, fingerprint(value) if path[-1:] in _CERTIFICATES else value


_CERTIFICATES = (("certificate",), ("previousCertificate",))


def fingerprint(pem: str) -> str:
    """Return the SHA-256 of a certificate, which replaces its text: reviewers cannot compare PEM by eye."""
    return f"sha256:{hashlib.sha256(pem.encode()).hexdigest()}"
