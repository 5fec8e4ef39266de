"""Converts Pulumi's property values to plain Python values, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""A value that is unknown until the update."""

# The engine encodes an unknown value as one of these strings, depending on its type
# (sdk/go/common/resource/plugin/rpc.go), and pulumi.provider.experimental does not decode them.
_UNKNOWN_ON_THE_WIRE = frozenset(
    {
        rpc.UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)

Properties = dict[str, Any]


def plain(values: Mapping[str, PropertyValue]) -> Properties:
    """Return plain values, without absent ones and with whole numbers as int."""
    return {name: _plain(value) for name, value in values.items() if value.value is not None}


def wire(values: Mapping[str, Any], *, nulls: bool = False) -> dict[str, PropertyValue]:
    """Return property values. Absent values are left out, or `null` as in the state that a plugin returns."""
    return {name: _wire(value) for name, value in values.items() if nulls or value is not None}


def known(value: Any) -> bool:
    """Return whether a value exists and contains nothing unknown."""
    if isinstance(value, dict):
        return all(known(item) for item in value.values())
    if isinstance(value, list):
        return all(known(item) for item in value)
    return value is not None and value is not UNKNOWN


def items(values: Properties, *path: str) -> list[Any]:
    """Return the list at a path of properties; empty if it is absent or unknown."""
    value: Any = values
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _plain(value: PropertyValue) -> Any:
    raw = value.value
    if isinstance(raw, str) and raw in _UNKNOWN_ON_THE_WIRE:
        return UNKNOWN
    if isinstance(raw, Mapping):
        return {key: _plain(item) for key, item in raw.items() if item.value is not None}
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [_plain(item) for item in raw]
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    return raw


def _wire(value: Any) -> PropertyValue:
    if value is UNKNOWN:
        return PropertyValue(rpc.UNKNOWN)
    if isinstance(value, dict):
        return PropertyValue({key: _wire(item) for key, item in value.items() if item is not None})
    if isinstance(value, list):
        return PropertyValue([_wire(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)
