"""What two declarations say, value by value: whatever no sentence was found for is told by its path."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path, dotted


class Values(NamedTuple):
    """A value before and after; None where there is none."""

    before: Any
    after: Any


class FieldChanges:
    """The values that differ, by path; each is taken by the sentence that tells of it."""

    def __init__(self, before: Declaration | None, after: Declaration | None) -> None:
        left, right = dict(_leaves(before)), dict(_leaves(after))
        self._differing = {
            path: Values(left.get(path), right.get(path))
            for path in sorted({*left, *right}, key=str)
            if left.get(path) != right.get(path)
        }

    def below(self, *prefix: str) -> dict[Path, Values]:
        """Those at a path and below it that nobody took, without taking them."""
        return {path: each for path, each in self._differing.items() if path[: len(prefix)] == prefix}

    def take(self, *prefix: str) -> dict[Path, Values]:
        """The same, taken."""
        taken = self.below(*prefix)
        for path in taken:
            del self._differing[path]
        return taken


def told(values: Mapping[Path, Values]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Values before and after by dotted path, for a change's `before` and `after`."""
    before = {dotted(path): each.before for path, each in values.items() if each.before is not None}
    after = {dotted(path): each.after for path, each in values.items() if each.after is not None}
    return before or None, after or None


def _leaves(declaration: Declaration | None) -> Iterator[tuple[Path, Any]]:
    if declaration:
        yield from _below((), declaration.tenant.model_dump(mode="json", by_alias=True, exclude_none=True))
        instance = declaration.instance.model_dump(mode="json", by_alias=True, exclude_none=True)
        yield from _below(("instance",), instance)


def _below(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _below((*path, key), part)
    elif isinstance(value, list):
        # All lists of a declaration are sets.
        yield path, sorted(value, key=json.dumps)
    else:
        yield path, fingerprint(value) if path[-1:] == ("certificate",) else value


def fingerprint(pem: str) -> str:
    """What stands for a certificate: nobody compares it line by line."""
    return f"sha256:{hashlib.sha256(pem.encode()).hexdigest()}"
