"""What of a faulty declaration can still be judged, so that the rules speak in the same run as the syntax."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from typing import Any, TypeVar

from pydantic import ValidationError

from flow_mcp.declaration.findings import Path

_Model = TypeVar("_Model")

# What is taken out may be needed by what is above it, which goes in the next round.
_ROUNDS = 8

# So that one missing part does not hide what is wrong in the others.
STAND_INS: dict[str, Any] = {
    "id": "x",
    "workspaces": {"x": {"environments": ["x"]}},
    "authorizationServer": {},
    "server": "https://flow.invalid",
}


def parse_valid_parts(
    model: Callable[[Any], _Model], required: Iterable[str], value: Any, paths: Iterable[Path]
) -> _Model | None:
    """Take out what is wrong, and what cannot be without it, until the rest is a declaration.

    Args:
        model: makes a declaration or raises `ValidationError`.
        required: keys that the declaration must have.
        value: the declaration as it was written.
        paths: of what is wrong in it.
    """
    needed = {*required, *(value if isinstance(value, dict) else ())}
    stand_ins = {key: part for key, part in STAND_INS.items() if key in needed}
    for _ in range(_ROUNDS):
        if not isinstance(value, dict):
            break
        value = {**stand_ins, **_without(value, (), {_existing(value, path) for path in paths})}
        try:
            return model(value)
        except ValidationError as error:
            paths = {item["loc"] for item in error.errors(include_url=False, include_context=False)}
    return None


def _existing(value: Any, path: Path) -> Path:
    for depth, part in enumerate(path):
        parts: Any = value if isinstance(value, dict | list) else ()
        try:
            value = parts[part]
        except (LookupError, TypeError):
            return path[:depth]
    return path


def _without(value: Any, path: Path, bad: Set[Path]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(part, (*path, key), bad) for key, part in value.items() if (*path, key) not in bad
        }
    if isinstance(value, list):
        # Another item takes the place of a bad one: the others keep their indexes.
        good = next((item for index, item in enumerate(value) if (*path, index) not in bad), None)
        items = (good if (*path, index) in bad else item for index, item in enumerate(value))
        return [] if good is None else list(items)
    return value


def related(paths: Set[Path]) -> Callable[[Path], bool]:
    """Whether a path is one of `paths`, above one or below one."""
    above = {path[:depth] for path in paths for depth in range(len(path) + 1)}
    return lambda path: path in above or any(path[:depth] in paths for depth in range(len(path)))
