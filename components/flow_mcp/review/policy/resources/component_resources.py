"""Whether McpServerSettings made a resource: then its declaration decided what the resource is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flow_mcp.review.policy.rule import SETTINGS, Resource


def made_by_component(resource: Resource) -> bool:
    """Whether the resource is below the component; its URN names the types of all that it is below."""
    parts = resource.urn.split("::")
    return len(parts) > 3 and SETTINGS in parts[2].split("$")[:-1]


def of_type(resources: Sequence[Resource], *types: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """The resources of some types, each with its values."""
    for resource in resources:
        if resource.type in types:
            yield resource, resource.values
