"""Read the declaration from the inputs of `McpServerSettings` as Pulumi returns them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration


def declared(inputs: Mapping[str, Any], source: str = "McpServerSettings") -> Declaration:
    """Return the declaration in the inputs of `McpServerSettings`.

    Args:
        inputs: `tenant`, `instance` and any own `applications` as plain values; Pulumi may have converted
            numbers to doubles.
        source: name of the declaration in problems.

    Raises:
        DeclarationError: the declaration is invalid, or contains values that are unknown in a preview.
    """
    return from_configuration(
        whole(inputs.get("tenant")),
        whole(inputs.get("instance")),
        source=source,
        applications=whole(inputs.get("applications")),
    ).declaration


def whole(value: Any) -> Any:
    """Return the value with whole doubles as integers, because Pulumi transfers all numbers as doubles."""
    if isinstance(value, Mapping):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
