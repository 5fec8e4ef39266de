"""Convert Pulumi's property values to plain Python values and back, including unknowns and secrets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from typing import Any, Final

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN
"""A value that is unknown during a preview."""


def plain(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Return JSON-like values: whole numbers as `int`, unknown values as `UNKNOWN`, no null properties."""
    return {name: _plain(value) for name, value in properties.items() if value.value is not None}


def _plain(property_value: PropertyValue) -> Any:
    value = property_value.value
    # The SDK returns the protocol's marker for unknown values as a string.
    if value == rpc.UNKNOWN:
        return UNKNOWN
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def properties(values: Mapping[str, Any], secret: Collection[str] = ()) -> dict[str, PropertyValue]:
    """Return Pulumi's property values, the reverse of `plain`; the names in `secret` become secrets."""
    return {
        name: PropertyValue(_property(value).value, is_secret=name in secret)
        for name, value in values.items()
        if value is not None
    }


def _property(value: Any) -> PropertyValue:
    if value is UNKNOWN:
        return PropertyValue(rpc.UNKNOWN)
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    if isinstance(value, Mapping):
        return PropertyValue(properties(value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return PropertyValue([_property(item) for item in value])
    return PropertyValue(value)


def unknown_names(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the top-level names whose values are or contain unknowns."""
    return frozenset(name for name, value in values.items() if _has_unknown(value))


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_has_unknown, value))
    return value is UNKNOWN


def secret_names(values: Mapping[str, PropertyValue]) -> frozenset[str]:
    """Return the top-level names whose values are or contain secrets."""
    return frozenset(name for name, value in values.items() if value.contains_secret())
