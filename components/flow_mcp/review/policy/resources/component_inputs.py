"""The declaration among a component's registered inputs, as Pulumi hands them back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration


def declared(inputs: Mapping[str, Any], source: str = "McpServerSettings") -> Declaration:
    """The declaration that `McpServerSettings` was given.

    Args:
        inputs: `tenant` and `instance`, plain values; numbers may have become doubles on the way.
        source: what to call it in problems.

    Raises:
        DeclarationError: they are no declaration, or hold what a preview cannot know.
    """
    return from_configuration(
        whole(inputs.get("tenant")), whole(inputs.get("instance")), source=source
    ).declaration


def whole(value: Any) -> Any:
    """The value with whole numbers as such: on the wire they are doubles."""
    if isinstance(value, Mapping):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
