"""`null` in the properties of a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_nulls(properties: Any) -> Any:
    """Return the properties without the keys whose value is `null`, at every depth.

    A provider plugin returns every property of a resource type, with `null` for properties that are not set;
    a program omits them. The result is the same for both. All other values are kept, including `false`, `0`
    and empty strings, lists and mappings, and the items of a list keep their positions.

    Args:
        properties: plain values: mappings, lists, strings, numbers, Booleans, None.
    """
    if isinstance(properties, Mapping):
        return {key: without_nulls(value) for key, value in properties.items() if value is not None}
    if isinstance(properties, list):
        return [without_nulls(value) for value in properties]
    return properties
