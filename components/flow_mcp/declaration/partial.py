"""Drop the invalid parts of a declaration, so that the remaining parts can be checked in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any, TypeVar

from pydantic import ValidationError

from flow_mcp.declaration.findings import Path

_Model = TypeVar("_Model")

# A removed part may be required by its parent, which is then removed in the next round.
_ROUNDS = 8

# Values for missing required keys, so that the other parts can still be checked.
STAND_INS: dict[str, Any] = {
    "id": "x",
    "workspaces": {"x": {"environments": ["x"]}},
    "authorizationServer": {},
    "server": "https://flow.invalid",
}


def parse_valid_parts(
    model: Callable[[Any], _Model], required: Iterable[str], value: Any, paths: Iterable[Path]
) -> _Model | None:
    """Remove invalid parts, and parents that require them, until the rest is valid.

    Args:
        model: returns a declaration or raises `ValidationError`.
        required: keys that the declaration must have.
        value: the declaration as it was written.
        paths: paths of its invalid parts.

    Returns:
        The declaration of the valid parts, or None if no declaration is left.
    """
    expected_keys = {*required, *(value if isinstance(value, dict) else ())}
    stand_ins = {key: part for key, part in STAND_INS.items() if key in expected_keys}
    for _ in range(_ROUNDS):
        if not isinstance(value, dict):
            break
        value = {**stand_ins, **_without(value, (), {_existing_part(value, path) for path in paths})}
        try:
            return model(value)
        except ValidationError as error:
            paths = {item["loc"] for item in error.errors(include_url=False, include_context=False)}
    return None


def _existing_part(value: Any, path: Path) -> Path:
    for depth, part in enumerate(path):
        parts: Any = value if isinstance(value, dict | list) else ()
        try:
            value = parts[part]
        except (LookupError, TypeError):
            return path[:depth]
    return path


def _without(value: Any, path: Path, invalid: Set[Path]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(part, (*path, key), invalid)
            for key, part in value.items()
            if (*path, key) not in invalid
        }
    if isinstance(value, list):
        # A valid item replaces each invalid one, so that the other items keep their indexes.
        valid_item = next((item for index, item in enumerate(value) if (*path, index) not in invalid), None)
        items = (valid_item if (*path, index) in invalid else item for index, item in enumerate(value))
        return [] if valid_item is None else list(items)
    return value


def related(paths: Set[Path]) -> Callable[[Path], bool]:
    """Return a function that tells whether a path is in `paths`, or is a parent or a child of one of them."""
    above = {path[:depth] for path in paths for depth in range(len(path) + 1)}
    return lambda path: path in above or any(path[:depth] in paths for depth in range(len(path)))
