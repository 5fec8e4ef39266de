"""The diff as a JSON document, version 1, which docs/schemas/diff.schema.json describes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.findings import findings_by_change
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.tenant_diff import Operation, Source, TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import RuleResult


class AcceptedBy(StrictModel):
    """A waiver that accepts a violation."""

    accepted_by: str
    reason: str
    expires: Annotated[str, Field(description="Last day on which the waiver is valid.")]


class Finding(StrictModel):
    """A finding of a rule for the new declaration or a resource."""

    rule: Annotated[
        str, Field(description="ID of the rule; `flow-mcp schema policy-configuration` lists all rules.")
    ]
    severity: str
    level: Literal["mandatory", "advisory"]
    kind: Annotated[
        Literal["violation", "unknown", "failed"],
        Field(
            description="unknown: the rule is evaluated during the update; failed: it could not be evaluated."
        ),
    ]
    path: Annotated[
        tuple[str | int, ...], Field(description="Path in the tenant's declaration, or in the resource.")
    ]
    urn: Annotated[str, Field(description="URN of the resource; empty for a declaration.")]
    problem: str
    remedy: str
    blocks: Annotated[bool, Field(description="Whether no approval can permit the change.")]
    waiver: AcceptedBy | None = None


class ChangeEntry(StrictModel):
    """One change of a tenant, described for its reviewers."""

    kind: Annotated[str, Field(description="Stable ID of the kind; docs/diff.md lists all kinds.")]
    subject: Annotated[
        str, Field(description="Client, group, resource or other part that the change is about.")
    ]
    path: Annotated[
        tuple[str | int, ...],
        Field(description="Path in the tenant's declaration; in the instance if it begins with `instance`."),
    ]
    risk: Risk
    text: str
    before: Annotated[Any, Field(description="Old value; absent if there was none.")] = None
    after: Annotated[Any, Field(description="New value; absent if there is none.")] = None
    findings: Annotated[tuple[Finding, ...], Field(description="Findings of rules about this change.")]


class OperationEntry(StrictModel):
    """An operation of the engine on one resource."""

    op: str
    urn: str
    type: str
    risk: Risk
    properties: Annotated[tuple[str, ...], Field(description="Paths of the properties that change.")]
    replaces: Annotated[
        tuple[str, ...], Field(description="Those that make the engine replace the resource.")
    ]
    unknown: Annotated[tuple[str, ...], Field(description="Those whose values are unknown until the update.")]
    inputs: Annotated[str, Field(description="Digest of the resource's new inputs, with secrets masked.")]


class UnknownEntry(StrictModel):
    """A value or an effect that cannot be determined from this source."""

    subject: str
    text: Annotated[str, Field(description="Sentence without its subject and its period.")]
    blocks: Annotated[bool, Field(description="Whether no approval can permit the change.")]


class TenantEntry(StrictModel):
    """The diff of one stack."""

    stack: str
    risk: Risk
    needs_approval: bool
    blocked: Annotated[bool, Field(description="Whether no approval can permit the change.")]
    changes: Annotated[tuple[ChangeEntry, ...], Field(description="Highest risk first.")]
    operations: Annotated[tuple[OperationEntry, ...], Field(description="Empty without a preview.")]
    unknowns: tuple[UnknownEntry, ...]
    findings: Annotated[tuple[Finding, ...], Field(description="Findings of rules that belong to no change.")]


class DiffDocument(StrictModel):
    """The document that `flow-mcp diff --json` prints."""

    version: Annotated[Literal[1], Field(description="Version of this format.")] = 1
    source: Annotated[
        Source,
        Field(description="base: files compared with a git revision; preview: a preview of the engine."),
    ]
    base: Annotated[str | None, Field(description="Commit with which the files were compared.")] = None
    as_of: Annotated[date, Field(description="Day for which the rules evaluated waivers and secrets.")]
    digest: Annotated[
        str,
        Field(description="Of everything that an approver sees; `flow-mcp gate apply --approved` takes it."),
    ]
    risk: Risk
    needs_approval: bool
    blocked: Annotated[bool, Field(description="Whether no approval can permit the change.")]
    unknowns: Annotated[
        tuple[UnknownEntry, ...], Field(description="Unknowns that belong to no single tenant.")
    ]
    tenants: Annotated[
        tuple[TenantEntry, ...], Field(description="All compared stacks by name, including unchanged ones.")
    ]


def document(outcome: Outcome) -> DiffDocument:
    """Return the outcome as a document."""
    return DiffDocument(
        source=outcome.source,
        base=outcome.base,
        as_of=outcome.as_of,
        digest=digest(outcome.diffs, outcome.unknowns),
        risk=outcome.risk,
        needs_approval=outcome.needs_approval,
        blocked=outcome.blocked,
        unknowns=tuple(map(UnknownEntry.of_attributes, outcome.unknowns)),
        tenants=tuple(map(_tenant, _sorted(outcome.diffs))),
    )


def json_text(outcome: Outcome) -> str:
    """Return the document as JSON, in ASCII so that no declared text controls a terminal, without nulls."""
    return document(outcome).model_dump_json(by_alias=True, exclude_none=True, indent=2, ensure_ascii=True)


def digest(diffs: Iterable[TenantDiff], unknowns: Iterable[Unknown] = ()) -> str:
    """Return the digest of everything that an approver sees.

    It is computed from the digests of the tenants, so that the change of one tenant can be compared alone.
    The digest of a single tenant is its own digest. The day and the commit are not part of it; their effects
    on changes and findings are.
    """
    return tree_digest(
        {diff.stack: tenant_digest(diff) for diff in diffs}, map(UnknownEntry.of_attributes, unknowns)
    )


def tenant_digest(diff: TenantDiff) -> str:
    """Return the digest of a tenant's part of what an approver sees: SHA-256 of its RFC 8785 JSON."""
    return _entry_digest(diff.source, _tenant(diff))


def tree_digest(tenants: Mapping[str, str], unknowns: Iterable[UnknownEntry] = ()) -> str:
    """Return the digest over the digests of tenants.

    Args:
        tenants: the digest of each tenant, by stack.
        unknowns: unknowns that belong to no single tenant.
    """
    common = [_json(unknown) for unknown in unknowns]
    if len(tenants) == 1 and not common:
        return next(iter(tenants.values()))
    parts = [{"stack": stack, "digest": digest} for stack, digest in sorted(tenants.items())]
    return _sha256({"version": 2, "tenants": parts, "unknowns": common})


def digest_of(document: DiffDocument) -> str:
    """Return the digest of a document's content, to compare with its field `digest`."""
    tenants = {tenant.stack: _entry_digest(document.source, tenant) for tenant in document.tenants}
    return tree_digest(tenants, document.unknowns)


def _entry_digest(source: Source, tenant: TenantEntry) -> str:
    return _sha256({"version": 1, "tenants": [{"source": source, **_json(tenant)}], "unknowns": []})


def _sha256(content: Mapping[str, Any]) -> str:
    return f"sha256:{hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()}"


def diff_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return {"$schema": DIALECT, **DiffDocument.model_json_schema(schema_generator=Schema, by_alias=True)}


def _sorted(diffs: Iterable[TenantDiff]) -> list[TenantDiff]:
    return sorted(diffs, key=lambda diff: diff.stack)


def _json(part: StrictModel) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True)


def _tenant(diff: TenantDiff) -> TenantEntry:
    by_change, rest = findings_by_change(diff.changes, diff.rule_results)
    return TenantEntry(
        stack=diff.stack,
        risk=diff.risk,
        needs_approval=diff.needs_approval,
        blocked=diff.blocked,
        changes=tuple(_change(change, by_change.get(index, ())) for index, change in enumerate(diff.changes)),
        operations=tuple(_operation(operation, diff.risk_of(operation)) for operation in diff.operations),
        unknowns=tuple(map(UnknownEntry.of_attributes, diff.unknowns)),
        findings=tuple(map(finding, rest)),
    )


def _change(change: Change, findings: Iterable[RuleResult]) -> ChangeEntry:
    return ChangeEntry(
        kind=change.kind,
        subject=change.subject,
        path=change.path,
        risk=change.risk,
        text=change.text,
        before=change.before,
        after=change.after,
        findings=tuple(map(finding, findings)),
    )


def _operation(operation: Operation, risk: Risk) -> OperationEntry:
    return OperationEntry(
        op=operation.op,
        urn=operation.urn,
        type=operation.type,
        risk=risk,
        properties=operation.properties,
        replaces=operation.replaces,
        unknown=operation.unknown,
        inputs=operation.inputs,
    )


def finding(rule_result: RuleResult) -> Finding:
    """Return a rule's result as an entry of the document."""
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
