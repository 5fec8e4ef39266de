"""Drift as a JSON document, version 1, which docs/schemas/drift.schema.json describes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.operations.drift.drift import AppearedKind, TenantDrift
from flow_mcp.operations.drift.mend import Mended
from flow_mcp.review.diff.change import Risk


class DriftEntry(StrictModel):
    """A changed property of a managed object, or a deleted managed object."""

    resource: Annotated[str, Field(description="Pulumi's name of the resource.")]
    type: Annotated[str, Field(description="Kind of object: client, client scope, mapper, role, realm, …")]
    op: Annotated[
        Literal["changed", "deleted"], Field(description="Whether the object was changed or deleted.")
    ]
    property: Annotated[str, Field(description="Name in Pulumi; empty for a deleted object.")]
    risk: Risk
    kind: Annotated[str | None, Field(description="ID of the matching kind of change in docs/diff.md.")] = (
        None
    )
    text: Annotated[str, Field(description="One sentence.")]
    before: Annotated[Any, Field(description="Value in the state; never a secret.")] = None
    after: Annotated[Any, Field(description="Value at the server; never a secret.")] = None


class AppearedEntry(StrictModel):
    """An unmanaged object."""

    kind: Annotated[AppearedKind, Field(description="Kind of object.")]
    name: Annotated[str, Field(description="Its name at the server.")]
    within: Annotated[
        str, Field(description="Name of the object of which it is a part; empty if there is none.")
    ]
    risk: Annotated[Risk, Field(description="none: a declared registration method permits it.")]
    text: Annotated[str, Field(description="One or more sentences.")]
    opens: Annotated[tuple[str, ...], Field(description="Protected resources to which it gives access.")]
    redirect_uris: Annotated[tuple[str, ...], Field(description="Redirect URIs of a client.")]
    grants: Annotated[tuple[str, ...], Field(description="Grants of a client.")]


class Since(StrictModel):
    """The stack's last update, with whose state the server is compared."""

    number: Annotated[int, Field(description="Number of the update; the first is 1.")]
    kind: Annotated[str, Field(description="Kind in Pulumi: update, refresh, …")]
    result: Annotated[str, Field(description="Result in Pulumi: succeeded, failed, …")]
    ended: Annotated[str | None, Field(description="End of the update, RFC 3339.")] = None


class OperationEntry(StrictModel):
    """An operation of an update on one resource."""

    op: Annotated[str, Field(description="Operation in Pulumi: create, update, …")]
    urn: Annotated[str, Field(description="URN of the resource.")]


class MendedEntry(StrictModel):
    """The changes that `--mend` made."""

    repairs: Annotated[tuple[str, ...], Field(description="Changes through the server's admin API.")]
    operations: Annotated[tuple[OperationEntry, ...], Field(description="Operations of the stack's updates.")]
    left: Annotated[tuple[DriftEntry, ...], Field(description="Remaining drift of managed objects.")]


class TenantEntry(StrictModel):
    """The result for one stack."""

    stack: Annotated[str, Field(description="Name.")]
    since: Annotated[Since | None, Field(description="The stack's last update, if the backend has one.")] = (
        None
    )
    risk: Annotated[Risk, Field(description="Highest risk of any drift or unmanaged object.")]
    found: Annotated[
        bool, Field(description="Whether there was drift or an unmanaged object with a risk, before mending.")
    ]
    drifts: Annotated[tuple[DriftEntry, ...], Field(description="Highest risk first.")]
    appeared: Annotated[
        tuple[AppearedEntry, ...], Field(description="Unmanaged objects, highest risk first; never mended.")
    ]
    unread: Annotated[str, Field(description="Why unmanaged objects were not listed; empty if they were.")]
    notes: Annotated[tuple[str, ...], Field(description="Limitations of this result.")]
    lost: Annotated[tuple[str, ...], Field(description="What mending does not restore.")]
    mended: Annotated[MendedEntry | None, Field(description="With --mend, if there was drift to revert.")] = (
        None
    )


class FailedEntry(StrictModel):
    """A tenant that could not be compared or mended."""

    stack: Annotated[str, Field(description="Name.")]
    reason: Annotated[str, Field(description="Reason of the failure.")]


class DriftDocument(StrictModel):
    """The document that `flow-mcp drift --json` prints."""

    version: Annotated[Literal[1], Field(description="Version of this format.")] = 1
    tenants: Annotated[tuple[TenantEntry, ...], Field(description="The tenants that were compared.")]
    failed: Annotated[
        tuple[FailedEntry, ...], Field(description="The tenants that could not be compared or mended.")
    ]


def json_text(tenants: Iterable[TenantDrift], mended: Mapping[str, Mended], failed: Mapping[str, str]) -> str:
    """Return the document as JSON in ASCII, without control characters and absent values.

    Args:
        tenants: the detected drift.
        mended: the changes that `--mend` made, by stack.
        failed: the reasons of failures, by stack.
    """
    document = DriftDocument(
        tenants=tuple(_tenant(drift, mended.get(drift.stack)) for drift in tenants),
        failed=tuple(FailedEntry(stack=stack, reason=reason) for stack, reason in failed.items()),
    )
    return document.model_dump_json(by_alias=True, exclude_none=True, indent=2, ensure_ascii=True)


def drift_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return {"$schema": DIALECT, **DriftDocument.model_json_schema(schema_generator=Schema, by_alias=True)}


def _tenant(drift: TenantDrift, mended: Mended | None) -> TenantEntry:
    entry = TenantEntry.of_attributes(drift)
    return entry.model_copy(update={"mended": _mended(mended)}) if mended else entry


def _mended(mended: Mended) -> MendedEntry:
    remaining = TenantEntry.of_attributes(mended.remaining)
    return MendedEntry(
        repairs=mended.repairs,
        operations=tuple(map(OperationEntry.of_attributes, mended.steps)),
        left=remaining.drifts,
    )
