"""The changes of resources that the engine makes or would make."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flow_mcp.review.preview.engine import Event
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.values import changed_paths, digest, path_text, plain, unknown_paths

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
# The parts of a replacement, which is reported as one change.
_REPLACEMENT_PARTS = frozenset(
    {"create-replacement", "delete-replaced", "import-replacement", "discard-replaced"}
)


@dataclass(frozen=True, order=True)
class Step:
    """One change of one resource.

    Attributes:
        urn: the resource's URN.
        op: Pulumi's name of the change: `create`, `update`, `replace`, `delete`, …
        type: Pulumi's type token.
        changed: paths of the properties that change; empty for a creation or deletion.
        replaced_by: those of them that require a replacement.
        unknown: paths of the inputs that are unknown until the update.
        digest: of the resource's new inputs with secrets and unknown values masked; empty for a deletion.
        inputs: the new inputs with the same masks.
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
    """Return whether the event announces a change of a resource."""
    return "resourcePreEvent" in event and _metadata(event)["op"] in _CHANGES


def step(event: Event) -> Step:
    """Return the change that an event announces."""
    metadata = _metadata(event)
    old, new = (plain((metadata.get(key) or {}).get("inputs")) for key in ("old", "new"))
    reported = metadata.get("detailedDiff") or dict.fromkeys(metadata.get("diffs") or ())
    differing = map(path_text, changed_paths(old, new)) if old is not None and new is not None else ()
    return Step(
        metadata["urn"],
        metadata["op"],
        metadata["type"],
        tuple(sorted({*reported, *differing})),
        tuple(sorted(metadata.get("keys") or ())),
        tuple(map(path_text, unknown_paths(new))),
        digest(new) if new is not None else "",
        new,
    )


def steps(events: Iterable[Event]) -> tuple[Step, ...]:
    """Return the changes that a run made or would make, sorted by resource; a replacement is one change."""
    by_key = {(change.urn, change.op): change for change in map(step, filter(is_step, events))}
    replaced = {urn for urn, op in by_key if op == "replace"}
    return tuple(
        sorted(
            change
            for change in by_key.values()
            if not (change.op in _REPLACEMENT_PARTS and change.urn in replaced)
        )
    )


def states(events: Iterable[Event], kind: str) -> Iterator[tuple[Any, Any]]:
    """Yield the old and the new inputs of each resource of a type; None if it has none."""
    for event in events:
        if "resourcePreEvent" not in event or (metadata := _metadata(event))["type"] != kind:
            continue
        # With --refresh the engine reports each resource twice: read from the server, and by the program.
        if metadata["op"] != "refresh":
            yield tuple(plain((metadata.get(key) or {}).get("inputs")) for key in ("old", "new"))


def unknown_outputs(events: Iterable[Event], kind: str) -> tuple[tuple[str, str], ...]:
    """Return URN and path of the outputs of a type's resources that are unknown at the end."""
    outputs: dict[str, Any] = {}
    for event in events:
        if "resOutputsEvent" in event and (metadata := event["resOutputsEvent"]["metadata"])["type"] == kind:
            outputs[metadata["urn"]] = plain((metadata.get("new") or {}).get("outputs") or {})
    return tuple((urn, path_text(path)) for urn in sorted(outputs) for path in unknown_paths(outputs[urn]))


def outputs_change(events: Iterable[Event], kind: str) -> bool:
    """Return whether an output of a type's resources changes, or is unknown at the end."""
    outputs: dict[str, tuple[Any, Any]] = {}
    for event in events:
        if "resOutputsEvent" in event and (metadata := event["resOutputsEvent"]["metadata"])["type"] == kind:
            old, new = (plain((metadata.get(side) or {}).get("outputs") or {}) for side in ("old", "new"))
            outputs[metadata["urn"]] = (old, new)
    return not outputs or any(old != new or any(unknown_paths(new)) for old, new in outputs.values())


def _metadata(event: Event) -> dict[str, Any]:
    metadata: dict[str, Any] = event["resourcePreEvent"]["metadata"]
    if (op := metadata["op"]) not in _CHANGES | _NO_CHANGES:
        raise PreviewError(f"Pulumi reports the unknown step {op!r} for {metadata['urn']}")
    return metadata
