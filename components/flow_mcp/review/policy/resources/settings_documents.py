"""The settings document in a stack's outputs, by which the runtime decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.shared_properties import Place, below
from flow_mcp.review.policy.resources.values import document
from flow_mcp.review.policy.rule import SETTINGS, Resource

_HOLDERS = (SETTINGS, "pulumi:pulumi:Stack")


def in_document(resource: Resource, *place: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the values at a place of the settings document, if the resource is the component or the stack.

    Yields `Unknown` while the whole document is unknown.
    """
    if resource.type in _HOLDERS:
        keys: Place = place
        yield from below(document(resource.outputs.get("settings")), keys, ("settings",))
