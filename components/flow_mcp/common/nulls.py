"""`null` in the properties of a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def without_nulls(properties: Any) -> Any:
    """Return the properties without the keys whose value is `null`, at every depth.

    A provider plugin returns every property of a resource type, `null` where nothing was set; a program
    leaves such a property out. After this both read the same. Everything else is kept: `false`, `0`, empty
    text, lists and mappings are values, and the items of a list keep their positions.

    Args:
        properties: plain values: mappings, lists, text, numbers, truth values, None.
    """
    if isinstance(properties, Mapping):
        return {key: without_nulls(value) for key, value in properties.items() if value is not None}
    if isinstance(properties, list):
        return [without_nulls(value) for value in properties]
    return properties
