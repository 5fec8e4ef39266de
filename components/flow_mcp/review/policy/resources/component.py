"""The component McpServerSettings: the declaration among its inputs, and the resources below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.rule import SETTINGS, Resource


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
        return {key: whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def made_by_component(resource: Resource) -> bool:
    """Return whether the component is an ancestor of the resource, by the types in the resource's URN."""
    parts = resource.urn.split("::")
    return len(parts) > 3 and SETTINGS in parts[2].split("$")[:-1]


def of_type(resources: Sequence[Resource], *types: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Yield the resources of these types, each with its properties."""
    for resource in resources:
        if resource.type in types:
            yield resource, resource.values
