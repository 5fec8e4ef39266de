"""Convert pydantic's validation errors to findings with remedies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.findings import Finding, Path, RefusedError, dotted
from flow_mcp.declaration.positions import NO_VALUE
from flow_mcp.declaration.texts import DAY, DAY_OR_UNKNOWN

_MAPPING = "a mapping (key: value)"
_LIST = "a list ([…], or - before each item)"
_EXPECTED = {
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a string",
}
_CREDENTIAL = re.compile(
    r"secret|passw|passphrase|credential|(?:^|_|-|api|private|access|signing)(?:key|token)$", re.IGNORECASE
)


def findings(model: type[BaseModel], error: ValidationError) -> tuple[Finding, ...]:
    """Return a finding for each error. No finding repeats a value: a misplaced value may be a secret."""
    unique: dict[Finding, None] = {}
    encrypted: dict[Path, None] = {}
    for item in error.errors(include_url=False, include_input=True):
        path, value, kind = item["loc"], item["input"], item["type"]
        if path[-1:] == ("[key]",) and kind != "extra_forbidden":
            path = path[:-1]  # pydantic's name for the key itself
        if path[-1:] == ("secure",) and isinstance(value, str):
            encrypted[path[:-1]] = None
        elif isinstance(value, dict) and len(value) == 1 and isinstance(value.get("secure"), str):
            # The input of a "missing" error is the mapping that lacks the key.
            encrypted[path[:-1] if kind == "missing" else path] = None
        elif kind != "too_short" or not value:
            # pydantic counts only valid items: "too_short" is wrong for a list with invalid items, each of
            # which has its own finding.
            unique[_finding(model, path, kind, item.get("ctx", {}), value, item["msg"])] = None
    return (
        *(Finding(path, *_ENCRYPTED) for path in encrypted),
        *(finding for finding in unique if not any(finding.path[: len(path)] == path for path in encrypted)),
    )


def is_date_field(model: type[BaseModel], path: Path) -> bool:
    """Whether the field at a path contains a date, which needs no quotes in YAML."""
    return any(
        validator in _DATES
        for field in _fields(model, path[:-1])
        if field.alias == path[-1]
        for validator in (*field.metadata, *_metadata(field.annotation))
    )


_DATES = (DAY, DAY_OR_UNKNOWN)


def _metadata(annotation: Any) -> Iterator[Any]:
    """Yield the metadata of an optional field's type."""
    for option in get_args(annotation):
        yield from get_args(option)[1:]


_ENCRYPTED = (
    "is an encrypted value, which the state would store in plain text",
    "Remove it. Set credentials in environment variables or in a separate secret of the stack.",
)


def _finding(
    model: type[BaseModel], path: Path, kind: str, context: dict[str, Any], value: Any, message: str
) -> Finding:
    if kind == "extra_forbidden":
        return _unknown_key(model, path)
    if kind == "missing":
        return Finding(path, "is missing", "Add it; it has no default.")
    if value is None:
        return Finding(path, *NO_VALUE)
    if kind == "string_type" and isinstance(value, bool | int | float):
        return Finding(path, "is a number or Boolean in YAML, not a string", "Put it in quotes.")
    if kind in _EXPECTED:
        return Finding(path, f"is not {_EXPECTED[kind]}", f"Write {_EXPECTED[kind]}.")
    if kind == "too_short":
        return Finding(path, "is empty", "Add at least one entry.")
    if kind == "string_pattern_mismatch":
        return Finding(
            path, "has characters that are not allowed here", f"It must match {context['pattern']}."
        )
    if kind in {"enum", "literal_error"}:
        return Finding(path, "is not one of the allowed values", f"Use {context['expected']}.")
    if kind == "value_error":
        error = context["error"]
        remedy = error.remedy if isinstance(error, RefusedError) else "Correct the value."
        return Finding(path, str(error), remedy)
    return Finding(path, message[:1].lower() + message[1:], "Correct the value.")


def _unknown_key(model: type[BaseModel], path: Path) -> Finding:
    key = str(path[-1])
    known = sorted(field.alias or "" for field in _fields(model, path[:-1]))
    similar_keys = get_close_matches(key, known, n=1, cutoff=0.9)
    if _CREDENTIAL.fullmatch(key) or (not similar_keys and _CREDENTIAL.search(key)):
        return Finding(
            path,
            "looks like a credential, which a declaration must not contain",
            "Remove it. Set credentials in environment variables.",
        )
    remedy = did_you_mean(key, known) or f"Known keys: {', '.join(known)}."
    return Finding(path, f"is not a key of {dotted(path[:-1]) or model.__name__.lower()}", remedy)


def _fields(model: Any, path: Path) -> Iterator[FieldInfo]:
    """Yield the fields of the models at a path."""
    for part in path:
        model = _annotation_at(model, part)
    for candidate in _models(model):
        yield from candidate.model_fields.values()


def _annotation_at(annotation: Any, part: str | int) -> Any:
    for model in _models(annotation):
        for field in model.model_fields.values():
            if part == field.alias:
                return field.annotation
    plain = _without_metadata(annotation)
    arguments = get_args(plain)
    return arguments[-1] if get_origin(plain) is dict else arguments[0] if arguments else None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    annotation = _without_metadata(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in {Union, UnionType}:
        for argument in get_args(annotation):
            yield from _models(argument)


def _without_metadata(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
