"""Reads the types of properties from the SDK's annotations, and checks values against them."""

from __future__ import annotations

import collections.abc
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import pulumi
from pulumi import _types

from tests.standin.values import UNKNOWN


@dataclass(frozen=True)
class Shape:
    """The type of a value. `item` is the type of a list's or map's items, `cls` an object's class."""

    kind: Literal["string", "boolean", "integer", "number", "list", "map", "object", "any"]
    item: Shape | None = None
    cls: type | None = field(default=None, compare=False)

    def failures(self, value: Any, path: str) -> Iterator[tuple[str, str]]:
        """Yield path and reason of each part of the value that does not have this type."""
        if value is UNKNOWN or self.kind == "any":
            return
        if not isinstance(value, _PYTHON[self.kind]) or (
            isinstance(value, bool) and self.kind in {"integer", "number"}
        ):
            yield path, f"expected {self.kind}, got {type(value).__name__}"
        elif self.kind == "integer" and value != int(value):
            yield path, "expected integer, got a fraction"
        elif self.kind == "list" and self.item:
            for index, item in enumerate(value):
                yield from self.item.failures(item, f"{path}[{index}]")
        elif self.kind == "map" and self.item:
            for key, item in value.items():
                yield from self.item.failures(item, f"{path}.{key}")
        elif self.cls is not None:
            yield from object_failures(value, *_object(self.cls), path)


_PYTHON: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": (int, float),
    "number": (int, float),
    "list": list,
    "map": dict,
    "object": dict,
}
_SCALARS: dict[Any, Shape] = {
    str: Shape("string"),
    bool: Shape("boolean"),
    int: Shape("integer"),
    float: Shape("number"),
}


def object_failures(
    value: Mapping[str, Any], known: Mapping[str, Shape], required: frozenset[str], path: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield path and reason of unknown, missing and wrongly typed properties of an object."""
    prefix = f"{path}." if path else ""
    for name in sorted(required):
        if value.get(name) is None:
            yield f"{prefix}{name}", "is required and missing"
    for name, item in value.items():
        if name not in known:
            yield f"{prefix}{name}", f"is not a property; the SDK has {', '.join(sorted(known))}"
        elif item is not None:
            yield from known[name].failures(item, f"{prefix}{name}")


def shape(annotation: Any) -> Shape:
    """Return the type of a property from its annotation in the SDK, without `pulumi.Input` and similar."""
    bare = _bare(annotation)
    if bare in _SCALARS:
        return _SCALARS[bare]
    origin = get_origin(bare)
    if origin in {list, collections.abc.Sequence}:
        return Shape("list", shape(get_args(bare)[0]))
    if origin in {dict, collections.abc.Mapping}:
        return Shape("map", shape(get_args(bare)[1]))
    if isinstance(bare, type) and (_types.is_input_type(bare) or _types.is_output_type(bare)):
        return Shape("object", cls=bare)
    return Shape("any")


def property_hints(cls: type) -> dict[str, Any]:
    """Return the annotations of a class's properties by Pulumi's name of the property."""
    return _types._raw_return_hints(cls)


def is_optional(annotation: Any) -> bool:
    """Return whether an output may be absent. A value that the server assigns is never absent."""
    if get_origin(annotation) is pulumi.Output:
        return is_optional(get_args(annotation)[0])
    return get_origin(annotation) is Union and type(None) in get_args(annotation)


def _bare(annotation: Any) -> Any:
    """Return the annotation without Optional, Output and Awaitable.

    `pulumi.Input[T]` is Union[T, Awaitable[T], Output[T]].
    """
    origin = get_origin(annotation)
    if origin is pulumi.Output:
        return _bare(get_args(annotation)[0])
    if origin is not Union:
        return annotation
    candidates = [
        argument
        for argument in get_args(annotation)
        if argument is not type(None)
        and get_origin(argument) not in {pulumi.Output, collections.abc.Awaitable}
    ]
    return _bare(candidates[0]) if len(candidates) == 1 else Any


@cache
def _object(cls: type) -> tuple[dict[str, Shape], frozenset[str]]:
    """Return the properties and the required properties of a nested object's class."""
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc] # the SDK's, typed there
    known = {name: shape(annotation) for name, annotation in property_hints(cls).items()}
    required = {
        pulumi_name
        for python_name, pulumi_name, _ in _types._py_properties(cls)
        if python_name in parameters and parameters[python_name].default is inspect.Parameter.empty
    }
    return known, frozenset(required)
