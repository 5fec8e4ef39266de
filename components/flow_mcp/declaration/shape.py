"""From pydantic's errors to findings that say what would be right."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from flow_mcp.declaration.findings import Finding, Path, dotted

_EXPECTED = {
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list (- item)",
    "list_type": "a list (- item)",
    "bool_type": "true or false",
    "int_type": "a whole number",
}
_SECRET = ("secret", "password", "token", "credential", "key")


def findings(model: type[BaseModel], error: ValidationError) -> Iterator[Finding]:
    """One finding an error. Values are not repeated: a misplaced one may be a secret."""
    for item in error.errors(include_url=False, include_input=True):
        path: Path = tuple(part for part in item["loc"] if part != "[key]")
        yield _finding(model, path, item["type"], item.get("ctx", {}), item["input"], item["msg"])


def _finding(
    model: type[BaseModel], path: Path, kind: str, context: dict[str, Any], value: Any, message: str
) -> Finding:
    if kind == "extra_forbidden":
        return _unknown_key(model, path)
    if kind == "missing":
        return Finding(path, "is missing", "Declare it; nothing is assumed here.")
    if kind == "string_type":
        if isinstance(value, bool | int | float):
            return Finding(path, "is not a text but a number or truth value to YAML", "Put it in quotes.")
        return Finding(path, "must be a text", "Write one value, in quotes if in doubt.")
    if kind in _EXPECTED:
        return Finding(path, f"must be {_EXPECTED[kind]}", "See `flow-mcp schema` for the shape.")
    if kind in {"too_short", "string_too_short"}:
        return Finding(path, "must not be empty", "Name at least one.")
    if kind == "string_pattern_mismatch":
        return Finding(
            path, "has characters that are not allowed here", f"It must match {context['pattern']}."
        )
    if kind in {"enum", "literal_error"}:
        return Finding(path, "is not one of the known values", f"Use {context['expected']}.")
    if kind == "value_error":
        return Finding(path, str(context["error"]), "Correct the value.")
    return Finding(path, message[:1].lower() + message[1:], "Correct the value.")


def _unknown_key(model: type[BaseModel], path: Path) -> Finding:
    key = str(path[-1])
    known = sorted(_known_keys(model, path[:-1]))
    if key == "secure":
        return Finding(
            path[:-1],
            "is an encrypted value inside the tenant, which would reach the state in plain text",
            "Remove it; credentials come from the environment or from a secret of its own.",
        )
    if any(word in key.lower() for word in _SECRET) and not get_close_matches(key, known, cutoff=0.8):
        return Finding(
            path,
            "looks like a credential, and none belongs in a tenant's declaration",
            "Remove it; credentials come from the environment.",
        )
    close = get_close_matches(key, known, n=1)
    guess = f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."
    return Finding(path, f"is not known in {dotted(path[:-1]) or 'a tenant'}", guess)


def _known_keys(model: Any, path: Path) -> Iterator[str]:
    for part in path:
        model = _below(model, part)
    for candidate in _models(model):
        yield from (field.alias or name for name, field in candidate.model_fields.items())


def _below(annotation: Any, part: str | int) -> Any:
    for model in _models(annotation):
        for name, field in model.model_fields.items():
            if part in {name, field.alias}:
                return field.annotation
    arguments = get_args(annotation)
    return arguments[-1] if get_origin(annotation) is dict else arguments[0] if arguments else None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Union, UnionType}:
        for argument in get_args(annotation):
            yield from _models(argument)
