"""Render a diff as the comment of a pull request: what needs a review in tables, the rest folded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from flow_mcp.common.safe_text import markdown as escaped
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.document import digest, tenant_digest
from flow_mcp.review.diff.findings import findings_by_change
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.words import MARKS, counted, verdict
from flow_mcp.review.diff.tenant_diff import Operation, TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import RuleResult

# GitHub refuses a comment of more than 65,536 characters.
_MAXIMUM_COMMENT = 60_000
_MAXIMUM_TEXT = 1_000
_MAXIMUM_VALUE = 200
_HEAD = "| risk | change | effect |\n|---|---|---|"


def markdown(outcome: Outcome) -> str:
    """Return the comment; it states how many tenants did not fit."""
    changed = [diff for diff in outcome.diffs if not diff.empty or diff.blocked]
    head, foot = _head(outcome, changed), _foot(outcome)
    room = _MAXIMUM_COMMENT - len(head) - len(foot)
    digests = len(changed) > 1
    sections = [_section(diff, details=True, digests=digests) for diff in changed]
    if sum(map(len, sections)) > room:
        sections = [_section(diff, details=False, digests=digests) for diff in changed]
    shown: list[str] = []
    for section in sections:
        room -= len(section)
        if room < 0:
            left = len(sections) - len(shown)
            noun = "tenant is" if left == 1 else "tenants are"
            shown.append(
                f"**{left} more {noun} not shown here**: the comment would be too long. "
                "Run `flow-mcp diff`.\n\n"
            )
            break
        shown.append(section)
    return head + "".join(shown) + foot


def _head(outcome: Outcome, changed: Sequence[TenantDiff]) -> str:
    since = f" since `{outcome.base[:12]}`" if outcome.base else ""
    lines = [f"## MCP server settings: {verdict(outcome)}", ""]
    lines += [f"{counted(outcome)}{since}, policies as of {outcome.as_of}.", ""]
    if outcome.unknowns:
        lines += [_HEAD, *map(_unknown, outcome.unknowns), ""]
    if unchanged := len(outcome.diffs) - len(changed):
        lines += [f"{unchanged} {'tenant' if unchanged == 1 else 'tenants'}: no change.", ""]
    return "\n".join(lines) + "\n"


def _foot(outcome: Outcome) -> str:
    return f"Digest `{digest(outcome.diffs, outcome.unknowns)}`\n"


def _section(diff: TenantDiff, *, details: bool, digests: bool) -> str:
    by_change, rest = findings_by_change(diff.changes, diff.rule_results)
    rows: list[str] = []
    folded: list[str] = []
    for index, change in enumerate(diff.changes):
        row = _row(change, by_change.get(index, ()))
        (rows if change.risk.needs_approval or index in by_change else folded).append(row)
    risks = [(operation, diff.risk_of(operation)) for operation in diff.operations]
    rows += (_operation(operation, risk) for operation, risk in risks if risk.needs_approval)
    rows += map(_unknown, diff.unknowns)
    rest = rest if not diff.empty else [finding for finding in rest if finding.blocks]
    rows += (f"|  | other finding | {_finding(rule_result)} |" for rule_result in rest)
    lines = [f"### {escaped(diff.stack)}", "", *_table(rows)]
    low = f"{len(folded)} {'change' if len(folded) == 1 else 'changes'} of low or no risk"
    if details:
        lines += _folded(low, _table(folded))
        lines += _folded("values before and after", _values(diff.changes))
        lines += _folded(f"{len(diff.operations)} operations", _operations(diff.operations))
    elif folded:
        lines += [f"{low}: not shown here.", ""]
    if digests:
        lines += [f"Digest of this tenant `{tenant_digest(diff)}`", ""]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[str], head: str = _HEAD) -> list[str]:
    return [head, *rows, ""] if rows else []


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    # Without the empty lines, GitHub does not parse the content as Markdown.
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "</details>", ""] if lines else []


def _row(change: Change, findings: Iterable[RuleResult]) -> str:
    text = "<br>".join([escaped(change.text, _MAXIMUM_TEXT), *map(_finding, findings)])
    return f"| {_risk(change.risk)} | `{change.kind}` | {text} |"


def _risk(risk: Risk) -> str:
    text = f"{MARKS[risk]} {risk}"
    return f"**{text}**" if risk is Risk.HIGH else text


def _operation(operation: Operation, risk: Risk) -> str:
    name = operation.urn.rpartition("::")[2]
    reason = f", because {', '.join(operation.replaces)} changes" if operation.replaces else ""
    text = escaped(f"{operation.type} {name}{reason}", _MAXIMUM_TEXT)
    return f"| {_risk(risk)} | {escaped(operation.op)} | {text} |"


def _unknown(unknown: Unknown) -> str:
    text = escaped(f"{unknown.subject} {unknown.text}.", _MAXIMUM_TEXT)
    return f"| {_risk(unknown.risk)} | unknown | {text} |"


def _finding(rule_result: RuleResult) -> str:
    place = dotted(rule_result.path)
    text = (
        f"{rule_result.severity}: {place + ' ' if place else ''}{rule_result.problem}. {rule_result.remedy}"
    )
    if rule_result.waiver:
        text += f" Accepted until {rule_result.waiver.expires}: {rule_result.waiver.reason}"
    mark = "✗" if rule_result.blocks else "!"
    return f"{mark} **{escaped(rule_result.rule_id)}** {escaped(text, _MAXIMUM_TEXT)}"


def _values(changes: Iterable[Change]) -> list[str]:
    rows = [
        f"| `{change.kind}` | {escaped(change.subject)} | {_value(change.before)} | {_value(change.after)} |"
        for change in changes
    ]
    return _table(rows, "| change | subject | before | after |\n|---|---|---|---|")


def _value(value: Any) -> str:
    return "" if value is None else escaped(json.dumps(value, ensure_ascii=False), _MAXIMUM_VALUE)


def _operations(operations: Iterable[Operation]) -> list[str]:
    rows = [
        f"| {escaped(operation.op)} | {escaped(operation.type)} | "
        f"{escaped(operation.urn.rpartition('::')[2])} | "
        f"{escaped(', '.join(operation.properties), _MAXIMUM_VALUE)} | "
        f"{escaped(', '.join(operation.unknown), _MAXIMUM_VALUE)} |"
        for operation in operations
    ]
    return _table(rows, "| operation | type | name | properties | unknown |\n|---|---|---|---|---|")
