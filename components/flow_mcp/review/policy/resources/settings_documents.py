"""The settings document among the outputs: what the runtime will decide by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.shared_properties import Place, below
from flow_mcp.review.policy.resources.values import document
from flow_mcp.review.policy.rule import SETTINGS, Resource

_HOLDERS = (SETTINGS, "pulumi:pulumi:Stack")


def in_document(resource: Resource, *place: Any) -> Iterator[tuple[Path, Any]]:
    """What the document has at a place, if the resource is the component or the stack.

    `Unknown` where the whole document is not known yet.
    """
    if resource.type in _HOLDERS:
        keys: Place = place
        yield from below(document(resource.outputs.get("settings")), keys, ("settings",))
