"""What the engine does, or would do, to each resource."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flow_mcp.review.preview.engine import Event
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.values import changed, digest, plain, shown, unknown

# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/history.go: OpType
_CHANGES = frozenset(
    {
        "create",
        "create-replacement",
        "delete",
        "delete-replaced",
        "discard",
        "discard-replaced",
        "import",
        "import-replacement",
        "remove-pending-replace",
        "replace",
        "update",
    }
)
_NO_CHANGES = frozenset({"same", "read", "read-replacement", "refresh"})
# A replacement is one change to a reader, whichever half comes first.
_HALVES = frozenset({"create-replacement", "delete-replaced", "import-replacement", "discard-replaced"})


@dataclass(frozen=True, order=True)
class Step:
    """One change to one resource.

    Attributes:
        urn: the resource's.
        op: Pulumi's word for the change: `create`, `update`, `replace`, `delete`, …
        type: Pulumi's type token.
        changed: paths of the properties that change; none for what is made or removed.
        replaced_by: of those, what makes a replacement necessary.
        unknown: paths of the inputs that are not known before the change is made.
        digest: over the resource's new inputs, secrets and unknown values masked; empty for a removal.
        inputs: these inputs.
    """

    urn: str
    op: str
    type: str
    changed: tuple[str, ...] = ()
    replaced_by: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    digest: str = ""
    inputs: Any = field(default=None, repr=False, compare=False)


def is_step(event: Event) -> bool:
    """Whether the event says that a change to a resource begins."""
    return "resourcePreEvent" in event and _metadata(event)["op"] in _CHANGES


def step(event: Event) -> Step:
    """The change that an event says."""
    metadata = _metadata(event)
    old, new = (plain((metadata.get(side) or {}).get("inputs")) for side in ("old", "new"))
    told = metadata.get("detailedDiff") or dict.fromkeys(metadata.get("diffs") or ())
    found = map(shown, changed(old, new)) if old is not None and new is not None else ()
    return Step(
        metadata["urn"],
        metadata["op"],
        metadata["type"],
        tuple(sorted({*told, *found})),
        tuple(sorted(metadata.get("keys") or ())),
        tuple(map(shown, unknown(new))),
        digest(new) if new is not None else "",
        new,
    )


def steps(events: Iterable[Event]) -> tuple[Step, ...]:
    """The changes that a run made or would make, sorted by resource; a replacement is one."""
    found = {(each.urn, each.op): each for each in map(step, filter(is_step, events))}
    replaced = {urn for urn, op in found if op == "replace"}
    return tuple(sorted(each for each in found.values() if not (each.op in _HALVES and each.urn in replaced)))


def states(events: Iterable[Event], kind: str) -> Iterator[tuple[Any, Any]]:
    """The inputs that each resource of a type had, and those that it gets; None where there are none."""
    for event in events:
        if "resourcePreEvent" in event and (metadata := _metadata(event))["type"] == kind:
            yield tuple(plain((metadata.get(side) or {}).get("inputs")) for side in ("old", "new"))


def unknown_outputs(events: Iterable[Event], kind: str) -> tuple[tuple[str, str], ...]:
    """Which outputs of the resources of a type are not known at the end, by URN and path."""
    outputs: dict[str, Any] = {}
    for event in events:
        if "resOutputsEvent" in event and (metadata := event["resOutputsEvent"]["metadata"])["type"] == kind:
            outputs[metadata["urn"]] = plain((metadata.get("new") or {}).get("outputs") or {})
    return tuple((urn, shown(path)) for urn in sorted(outputs) for path in unknown(outputs[urn]))


def outputs_change(events: Iterable[Event], kind: str) -> bool:
    """Whether a resource of a type would end with other outputs than it has, or with unknown ones."""
    outputs: dict[str, tuple[Any, Any]] = {}
    for event in events:
        if "resOutputsEvent" in event and (metadata := event["resOutputsEvent"]["metadata"])["type"] == kind:
            old, new = (plain((metadata.get(side) or {}).get("outputs") or {}) for side in ("old", "new"))
            outputs[metadata["urn"]] = (old, new)
    return not outputs or any(old != new or any(unknown(new)) for old, new in outputs.values())


def _metadata(event: Event) -> dict[str, Any]:
    metadata: dict[str, Any] = event["resourcePreEvent"]["metadata"]
    if (op := metadata["op"]) not in _CHANGES | _NO_CHANGES:
        raise PreviewError(f"Pulumi reports the step {op!r} for {metadata['urn']}, which is not known here")
    return metadata
