"""A diff as JSON: the shape that docs/schemas/diff.schema.json describes, version 1."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.findings import beside
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.tenant_diff import Operation, Source, TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import RuleResult


class AcceptedBy(StrictModel):
    """The waiver that accepts a violation."""

    accepted_by: str
    reason: str
    expires: Annotated[str, Field(description="Last day on which it holds.")]


class Finding(StrictModel):
    """What a policy says of what will be."""

    rule: Annotated[str, Field(description="ID of the rule, as docs/policies.md has it.")]
    severity: str
    level: Literal["mandatory", "advisory"]
    kind: Annotated[
        Literal["violation", "unknown", "failed"],
        Field(description="unknown: evaluated when it is applied; failed: the rule could not be evaluated."),
    ]
    path: Annotated[tuple[str | int, ...], Field(description="Below the tenant, or in the resource.")]
    urn: Annotated[str, Field(description="The resource's; empty for a declaration.")]
    problem: str
    remedy: str
    blocks: Annotated[bool, Field(description="Whether no approval would do.")]
    waiver: AcceptedBy | None = None


class ChangeTold(StrictModel):
    """What one change means."""

    kind: Annotated[str, Field(description="Stable ID, as docs/diff.md has it.")]
    subject: Annotated[str, Field(description="Whom or what it is about.")]
    path: Annotated[tuple[str | int, ...], Field(description="Below the tenant, or `instance` and below it.")]
    risk: Risk
    text: str
    before: Annotated[Any, Field(description="What was; left out where there was nothing.")] = None
    after: Annotated[Any, Field(description="What will be, likewise.")] = None
    findings: Annotated[tuple[Finding, ...], Field(description="Policy findings that are about it.")]


class OperationTold(StrictModel):
    """What the engine will do to one resource."""

    op: str
    urn: str
    type: str
    risk: Risk
    properties: Annotated[tuple[str, ...], Field(description="Paths of the properties that change.")]
    replaces: Annotated[tuple[str, ...], Field(description="Those that make the engine replace it.")]
    unknown: Annotated[tuple[str, ...], Field(description="Those that are known only when it is applied.")]
    inputs: Annotated[str, Field(description="Digest over its new inputs, secrets masked.")]


class UnknownTold(StrictModel):
    """What cannot be known from this source."""

    subject: str
    text: Annotated[str, Field(description="A sentence without its subject and its end.")]
    blocks: Annotated[bool, Field(description="Whether no approval would do.")]


class TenantTold(StrictModel):
    """One stack."""

    stack: str
    risk: Risk
    needs_approval: bool
    blocked: Annotated[bool, Field(description="Whether no approval would do.")]
    changes: Annotated[tuple[ChangeTold, ...], Field(description="What matters most first.")]
    operations: Annotated[tuple[OperationTold, ...], Field(description="None without a preview.")]
    unknowns: tuple[UnknownTold, ...]
    findings: Annotated[tuple[Finding, ...], Field(description="Those that are about nothing that changes.")]


class DiffDocument(StrictModel):
    """What `flow-mcp diff` tells."""

    version: Annotated[Literal[1], Field(description="Of this shape.")] = 1
    source: Annotated[Source, Field(description="Declarations at a git revision, or a preview.")]
    base: Annotated[str | None, Field(description="The commit that was compared with.")] = None
    as_of: Annotated[date, Field(description="Day on which policies looked at waivers and secrets.")]
    digest: Annotated[str, Field(description="Over all that an approver sees; `flow-mcp gate` takes it.")]
    risk: Risk
    needs_approval: bool
    blocked: Annotated[bool, Field(description="Whether no approval would do.")]
    unknowns: Annotated[tuple[UnknownTold, ...], Field(description="Those that belong to no tenant.")]
    tenants: Annotated[tuple[TenantTold, ...], Field(description="By stack's name, unchanged ones too.")]


def document(outcome: Outcome) -> DiffDocument:
    """The outcome as a document."""
    return DiffDocument(
        source=outcome.source,
        base=outcome.base,
        as_of=outcome.as_of,
        digest=digest(outcome.diffs, outcome.unknowns),
        risk=outcome.risk,
        needs_approval=outcome.needs_approval,
        blocked=outcome.blocked,
        unknowns=tuple(map(_unknown, outcome.unknowns)),
        tenants=tuple(map(_tenant, _sorted(outcome.diffs))),
    )


def json_text(outcome: Outcome) -> str:
    """The document as JSON in ASCII, so that no terminal obeys what was declared; without absent values."""
    return document(outcome).model_dump_json(by_alias=True, exclude_none=True, indent=2, ensure_ascii=True)


def digest(diffs: Iterable[TenantDiff], unknowns: Iterable[Unknown] = ()) -> str:
    """What an approval names: sha256 over RFC 8785 JSON of everything that the approver saw.

    The day and the commit are not in it: what they change is in what was seen.
    """
    told = ((diff.source, _tenant(diff)) for diff in _sorted(diffs))
    return _digest(told, map(_unknown, unknowns))


def digest_of(told: DiffDocument) -> str:
    """The digest of what a document tells, for whoever was given one."""
    return _digest(((told.source, tenant) for tenant in told.tenants), told.unknowns)


def _digest(tenants: Iterable[tuple[Source, TenantTold]], unknowns: Iterable[UnknownTold]) -> str:
    seen: dict[str, Any] = {
        "version": 1,
        "tenants": [{"source": source, **_json(tenant)} for source, tenant in tenants],
        "unknowns": [_json(unknown) for unknown in unknowns],
    }
    return f"sha256:{hashlib.sha256(rfc8785.dumps(seen)).hexdigest()}"


def diff_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    return {"$schema": DIALECT, **DiffDocument.model_json_schema(schema_generator=Schema, by_alias=True)}


def _sorted(diffs: Iterable[TenantDiff]) -> list[TenantDiff]:
    return sorted(diffs, key=lambda diff: diff.stack)


def _json(part: StrictModel) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True)


def _tenant(diff: TenantDiff) -> TenantTold:
    found, rest = beside(diff.changes, diff.rule_results)
    return TenantTold(
        stack=diff.stack,
        risk=diff.risk,
        needs_approval=diff.needs_approval,
        blocked=diff.blocked,
        changes=tuple(_change(change, found.get(index, ())) for index, change in enumerate(diff.changes)),
        operations=tuple(_operation(each, diff.risk_of(each)) for each in diff.operations),
        unknowns=tuple(map(_unknown, diff.unknowns)),
        findings=tuple(map(finding, rest)),
    )


def _change(change: Change, findings: Iterable[RuleResult]) -> ChangeTold:
    return ChangeTold(
        kind=change.kind,
        subject=change.subject,
        path=change.path,
        risk=change.risk,
        text=change.text,
        before=change.before,
        after=change.after,
        findings=tuple(map(finding, findings)),
    )


def _operation(operation: Operation, risk: Risk) -> OperationTold:
    return OperationTold(
        op=operation.op,
        urn=operation.urn,
        type=operation.type,
        risk=risk,
        properties=operation.properties,
        replaces=operation.replaces,
        unknown=operation.unknown,
        inputs=operation.inputs,
    )


def _unknown(unknown: Unknown) -> UnknownTold:
    return UnknownTold(subject=unknown.subject, text=unknown.text, blocks=unknown.blocks)


def finding(rule_result: RuleResult) -> Finding:
    """A judgement as it is told."""
    waiver = rule_result.waiver
    return Finding(
        rule=rule_result.rule_id,
        severity=str(rule_result.severity),
        level=rule_result.level,
        kind=rule_result.kind,
        path=rule_result.path,
        urn=rule_result.urn,
        problem=rule_result.problem,
        remedy=rule_result.remedy,
        blocks=rule_result.blocks,
        waiver=AcceptedBy(accepted_by=waiver.accepted_by, reason=waiver.reason, expires=waiver.expires)
        if waiver
        else None,
    )
