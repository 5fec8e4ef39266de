"""Distinguish resources of the component from resources that a program creates outside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flow_mcp.review.policy.rule import SETTINGS, Resource


def made_by_component(resource: Resource) -> bool:
    """Return whether the component is an ancestor of the resource, by the types in the resource's URN."""
    parts = resource.urn.split("::")
    return len(parts) > 3 and SETTINGS in parts[2].split("$")[:-1]


def of_type(resources: Sequence[Resource], *types: str) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Yield the resources of these types, each with its properties."""
    for resource in resources:
        if resource.type in types:
            yield resource, resource.values
