"""Drift as JSON: the shape that docs/schemas/drift.schema.json describes, version 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.operations.drift.drift import Appeared, AppearedKind, Drift, TenantDrift
from flow_mcp.operations.drift.mend import Mended
from flow_mcp.review.diff.change import Risk


class DriftTold(StrictModel):
    """One property of a managed thing that is not as the stack left it, or a managed thing that is gone."""

    resource: Annotated[str, Field(description="Pulumi's name of the resource.")]
    type: Annotated[str, Field(description="What it is: client, client scope, mapper, role, realm, …")]
    op: Annotated[Literal["changed", "deleted"], Field(description="What was done to it.")]
    property: Annotated[str, Field(description="Its name in Pulumi; empty if the whole thing is gone.")]
    risk: Risk
    kind: Annotated[str | None, Field(description="The kind of change in docs/diff.md that fits.")] = None
    text: Annotated[str, Field(description="One sentence.")]
    before: Annotated[Any, Field(description="What the stack left; never a secret.")] = None
    after: Annotated[Any, Field(description="What is at the server; never a secret.")] = None


class AppearedTold(StrictModel):
    """Something beside the managed things that no declaration names."""

    kind: Annotated[AppearedKind, Field(description="What it is.")]
    name: Annotated[str, Field(description="Its name at the server.")]
    within: Annotated[str, Field(description="What it is a part of; empty if of nothing.")]
    risk: Annotated[Risk, Field(description="none: a declared registration method allows it.")]
    text: Annotated[str, Field(description="One sentence or more.")]
    opens: Annotated[tuple[str, ...], Field(description="Protected resources that are reached by it.")]
    redirect_uris: Annotated[tuple[str, ...], Field(description="Where a client has codes sent.")]
    grants: Annotated[tuple[str, ...], Field(description="A client's grants.")]


class Since(StrictModel):
    """The stack's last update, which the server is compared with."""

    number: Annotated[int, Field(description="1 for the stack's first.")]
    kind: Annotated[str, Field(description="Pulumi's word: update, refresh, …")]
    result: Annotated[str, Field(description="Pulumi's word: succeeded, failed, …")]
    ended: Annotated[str | None, Field(description="When, RFC 3339.")] = None


class OperationDone(StrictModel):
    """What an update did to one resource."""

    op: Annotated[str, Field(description="Pulumi's word: create, update, …")]
    urn: Annotated[str, Field(description="The resource's.")]


class MendedTold(StrictModel):
    """What `--mend` did."""

    repairs: Annotated[tuple[str, ...], Field(description="By the server's admin API.")]
    operations: Annotated[tuple[OperationDone, ...], Field(description="By updates of the stack.")]
    left: Annotated[tuple[DriftTold, ...], Field(description="Drift of managed things afterwards.")]


class TenantTold(StrictModel):
    """One stack."""

    stack: Annotated[str, Field(description="Its name.")]
    since: Annotated[Since | None, Field(description="The stack's last update, if the backend knows it.")] = (
        None
    )
    risk: Annotated[Risk, Field(description="The greatest of anything below.")]
    found: Annotated[bool, Field(description="Whether anything was not as declared, before mending.")]
    drifts: Annotated[tuple[DriftTold, ...], Field(description="What matters most first.")]
    appeared: Annotated[tuple[AppearedTold, ...], Field(description="Likewise; never mended.")]
    unread: Annotated[str, Field(description="Why nothing beside was looked for; empty if it was.")]
    notes: Annotated[tuple[str, ...], Field(description="What limits this result.")]
    lost: Annotated[tuple[str, ...], Field(description="What mending does not bring back.")]
    mended: Annotated[MendedTold | None, Field(description="With --mend, if there was something.")] = None


class Failed(StrictModel):
    """A tenant that could not be read or mended."""

    stack: Annotated[str, Field(description="Its name.")]
    reason: Annotated[str, Field(description="Why.")]


class DriftDocument(StrictModel):
    """What `flow-mcp drift` tells."""

    version: Annotated[Literal[1], Field(description="Of this shape.")] = 1
    tenants: Annotated[tuple[TenantTold, ...], Field(description="Those that were read.")]
    failed: Annotated[tuple[Failed, ...], Field(description="Those that could not be read or mended.")]


def json_text(tenants: Iterable[TenantDrift], mended: Mapping[str, Mended], failed: Mapping[str, str]) -> str:
    """The document as JSON in ASCII, so that no terminal obeys what a server said; without absent values.

    Args:
        tenants: drift as it was found.
        mended: by stack, what was mended.
        failed: by stack, why it could not be read or mended.
    """
    document = DriftDocument(
        tenants=tuple(_tenant(each, mended.get(each.stack)) for each in tenants),
        failed=tuple(Failed(stack=stack, reason=reason) for stack, reason in failed.items()),
    )
    return document.model_dump_json(by_alias=True, exclude_none=True, indent=2, ensure_ascii=True)


def drift_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {"$schema": DIALECT, **DriftDocument.model_json_schema(schema_generator=Schema, by_alias=True)}


def _tenant(drift: TenantDrift, mended: Mended | None) -> TenantTold:
    since = drift.since
    return TenantTold(
        stack=drift.stack,
        since=Since(number=since.number, kind=since.kind, result=since.result, ended=since.ended)
        if since
        else None,
        risk=drift.risk,
        found=drift.found,
        drifts=tuple(map(_drift, drift.drifts)),
        appeared=tuple(map(_appeared, drift.appeared)),
        unread=drift.unread,
        notes=drift.notes,
        lost=drift.lost,
        mended=_mended(mended) if mended else None,
    )


def _drift(drift: Drift) -> DriftTold:
    return DriftTold(
        resource=drift.resource,
        type=drift.type,
        op=drift.op,
        property=drift.property,
        risk=drift.risk,
        kind=drift.kind,
        text=drift.text,
        before=drift.before,
        after=drift.after,
    )


def _appeared(appeared: Appeared) -> AppearedTold:
    return AppearedTold(
        kind=appeared.kind,
        name=appeared.name,
        within=appeared.within,
        risk=appeared.risk,
        text=appeared.text,
        opens=appeared.opens,
        redirect_uris=appeared.redirect_uris,
        grants=appeared.grants,
    )


def _mended(mended: Mended) -> MendedTold:
    return MendedTold(
        repairs=mended.repairs,
        operations=tuple(OperationDone(op=step.op, urn=step.urn) for step in mended.steps),
        left=tuple(map(_drift, mended.remaining.drifts)),
    )
