"""Render a diff as SARIF 2.1.0, for annotations of a pull request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from sarif_pydantic import (  # type: ignore[import-untyped]
    ArtifactLocation,
    Level,
    Location,
    Message,
    PhysicalLocation,
    Region,
    ReportingDescriptor,
    Result,
    Run,
    Sarif,
    Tool,
    ToolDriver,
)

from flow_mcp.common.safe_text import plain
from flow_mcp.common.safe_text import sarif as escaped
from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.document import digest
from flow_mcp.review.diff.kinds import KINDS
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.source_locations import Places
from flow_mcp.review.diff.tenant_diff import TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNKNOWN = "unknown"
_LEVELS = {Risk.HIGH: Level.WARNING, Risk.MEDIUM: Level.NOTE}
# GitHub sorts results by this score: https://docs.github.com/en/code-security/reference/code-scanning/sarif-support
_SEVERITIES = {
    "critical": "9.5",
    "high": "8.0",
    "medium": "5.0",
    "low": "2.0",
}
_MAXIMUM_TEXT = 1_000


def sarif(outcome: Outcome, places: Places, rules: Iterable[Rule]) -> str:
    """Return a log with the findings of rules, the unknowns, and the changes that need an approval."""
    results = [
        *(_unknown("", unknown, None) for unknown in outcome.unknowns),
        *(result for diff in outcome.diffs for result in _results(diff, places)),
    ]
    used = {result.rule_id for result in results}
    descriptors = [descriptor for descriptor in _descriptors(rules) if descriptor.id in used]
    index = {descriptor.id: number for number, descriptor in enumerate(descriptors)}
    for result in results:
        result.rule_index = index.get(result.rule_id)
    driver = ToolDriver(name="flow-mcp", semantic_version=version("flow-mcp"), rules=descriptors)
    run = Run(
        tool=Tool(driver=driver),
        results=results,
        properties={
            "digest": digest(outcome.diffs, outcome.unknowns),
            "asOf": outcome.as_of.isoformat(),
            "risk": outcome.risk,
            "needsApproval": outcome.needs_approval,
            "blocked": outcome.blocked,
        },
    )
    log = Sarif.model_validate({"$schema": _SCHEMA, "runs": [run]})
    text: str = log.model_dump_json(by_alias=True, exclude_none=True, indent=2, ensure_ascii=True)
    return text


def _results(diff: TenantDiff, places: Places) -> Iterator[Result]:
    for rule_result in diff.rule_results:
        yield _finding(
            diff.stack, rule_result, _location(places, diff.stack, rule_result.path, rule_result.urn)
        )
    for unknown in diff.unknowns:
        yield _unknown(diff.stack, unknown, _location(places, diff.stack, ()))
    for change in diff.changes:
        if change.risk in _LEVELS:
            yield _change(diff.stack, change, _location(places, diff.stack, change.path))


def _change(stack: str, change: Change, location: Location) -> Result:
    return _result(
        change.kind,
        _LEVELS[change.risk],
        f"{stack}: {change.text}",
        location,
        (stack, change.kind, change.subject, change.path),
        stack=stack,
        subject=change.subject,
        risk=change.risk,
        before=change.before,
        after=change.after,
    )


def _finding(stack: str, rule_result: RuleResult, location: Location) -> Result:
    waiver = rule_result.waiver
    result = _result(
        rule_result.rule_id,
        Level.ERROR if rule_result.blocks else Level.NOTE if waiver else Level.WARNING,
        f"{stack}: {rule_result.problem}. {rule_result.remedy}",
        location,
        (stack, rule_result.rule_id, rule_result.path, rule_result.urn, rule_result.problem),
        stack=stack,
        severity=str(rule_result.severity),
        enforcementLevel=rule_result.level,
        kind=rule_result.kind,
        urn=rule_result.urn,
    )
    if waiver:
        # The library's model of a suppression has the keys of an older draft of SARIF.
        accepted = f"Accepted by {waiver.accepted_by} until {waiver.expires}: {waiver.reason}"
        suppressions = [
            {"kind": "external", "status": "accepted", "justification": plain(accepted, _MAXIMUM_TEXT)}
        ]
        return Result.model_validate(
            {**result.model_dump(by_alias=True, exclude_none=True), "suppressions": suppressions}
        )
    return result


def _unknown(stack: str, unknown: Unknown, location: Location | None) -> Result:
    return _result(
        _UNKNOWN,
        Level.ERROR if unknown.blocks else Level.NOTE,
        f"{stack + ': ' if stack else ''}{unknown.subject} {unknown.text}.",
        location,
        (stack, unknown.subject, unknown.text),
        stack=stack,
    )


def _result(
    rule: str, level: Level, text: str, location: Location | None, identity: tuple[Any, ...], **more: Any
) -> Result:
    fingerprint = hashlib.sha256(json.dumps(identity).encode()).hexdigest()
    return Result(
        rule_id=rule,
        level=level,
        message=Message(text=escaped(text, _MAXIMUM_TEXT)),
        locations=[location] if location else None,
        partial_fingerprints={"flowMcp/v1": fingerprint},
        properties={key: _clipped(value) for key, value in more.items() if value is not None},
    )


def _clipped(value: Any) -> Any:
    """Return a declared value without control characters and with long texts clipped."""
    if isinstance(value, Mapping):
        return {plain(str(key)): _clipped(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clipped(part) for part in value]
    return plain(value) if isinstance(value, str) else value


def _location(places: Places, stack: str, path: Path, urn: str = "") -> Location:
    """Return the place of a finding or change; for a resource, which has no line, the stack's file."""
    place = places.of(stack, () if urn else path)
    artifact = ArtifactLocation(uri=quote(place.file))
    region = Region(start_line=place.line) if place.line else None
    return Location(physical_location=PhysicalLocation(artifact_location=artifact, region=region))


def _descriptors(rules: Iterable[Rule]) -> Iterator[ReportingDescriptor]:
    for rule in rules:
        yield ReportingDescriptor(
            id=rule.id,
            short_description=Message(text=escaped(rule.message)),
            help=Message(text=escaped(rule.remedy)),
            help_uri=next((reference.url for reference in rule.references), None),
            properties=_properties(str(rule.severity)),
        )
    for kind in KINDS:
        yield ReportingDescriptor(
            id=kind.id,
            short_description=Message(text=kind.shows),
            help=Message(text=kind.why),
            properties=_properties(kind.risk),
        )
    yield ReportingDescriptor(
        id=_UNKNOWN,
        short_description=Message(text="A value or an effect that cannot be determined before the update."),
        help=Message(text="An approver must accept that it is unknown. If it blocks, it cannot be approved."),
        properties=_properties("high"),
    )


def _properties(severity: str) -> dict[str, Any]:
    score = {"security-severity": _SEVERITIES[severity]} if severity in _SEVERITIES else {}
    return {"tags": ["security"], **score}
