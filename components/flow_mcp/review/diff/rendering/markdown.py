"""A diff as the comment of a pull request: what must be looked at in tables, the rest folded away."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from flow_mcp.common.safe_text import markdown as escaped
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.document import digest
from flow_mcp.review.diff.findings import beside
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.words import MARKS, counted, verdict
from flow_mcp.review.diff.tenant_diff import Operation, TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import RuleResult

# GitHub refuses a comment of more than 65,536 characters.
_LONGEST = 60_000
_TEXT = 1_000
_VALUE = 200
_HEAD = "| risk | change | what it means |\n|---|---|---|"


def markdown(outcome: Outcome) -> str:
    """The comment. What there is no room for is counted, so that nobody takes the rest for all."""
    told = [diff for diff in outcome.diffs if not diff.empty or diff.blocked]
    head, foot = _head(outcome, told), _foot(outcome)
    room = _LONGEST - len(head) - len(foot)
    sections = [_section(diff, details=True) for diff in told]
    if sum(map(len, sections)) > room:
        sections = [_section(diff, details=False) for diff in told]
    shown: list[str] = []
    for section in sections:
        room -= len(section)
        if room < 0:
            left = len(sections) - len(shown)
            noun = "tenant is" if left == 1 else "tenants are"
            shown.append(f"**{left} more {noun} not shown here**, for want of room: see `flow-mcp diff`.\n\n")
            break
        shown.append(section)
    return head + "".join(shown) + foot


def _head(outcome: Outcome, told: Sequence[TenantDiff]) -> str:
    since = f" since `{outcome.base[:12]}`" if outcome.base else ""
    lines = [f"## MCP server settings: {verdict(outcome)}", ""]
    lines += [f"{counted(outcome)}{since}, policies as of {outcome.as_of}.", ""]
    if outcome.unknowns:
        lines += [_HEAD, *map(_unknown, outcome.unknowns), ""]
    if same := len(outcome.diffs) - len(told):
        lines += [f"{same} {'tenant' if same == 1 else 'tenants'}: no change.", ""]
    return "\n".join(lines) + "\n"


def _foot(outcome: Outcome) -> str:
    return f"Digest `{digest(outcome.diffs, outcome.unknowns)}`\n"


def _section(diff: TenantDiff, *, details: bool) -> str:
    found, rest = beside(diff.changes, diff.rule_results)
    seen: list[str] = []
    folded: list[str] = []
    for index, change in enumerate(diff.changes):
        row = _row(change, found.get(index, ()))
        (seen if change.risk.needs_approval or index in found else folded).append(row)
    risks = [(operation, diff.risk_of(operation)) for operation in diff.operations]
    seen += (_operation(operation, risk) for operation, risk in risks if risk.needs_approval)
    seen += map(_unknown, diff.unknowns)
    rest = rest if not diff.empty else [each for each in rest if each.blocks]
    seen += (f"|  | apart from what changes | {_finding(rule_result)} |" for rule_result in rest)
    lines = [f"### {escaped(diff.stack)}", "", *_table(seen)]
    if details:
        lines += _folded(f"{len(folded)} of low or no risk", _table(folded))
        lines += _folded("what was, and what will be", _values(diff.changes))
        lines += _folded(f"{len(diff.operations)} operations", _operations(diff.operations))
    elif folded:
        lines += [f"{len(folded)} of low or no risk are not shown here.", ""]
    return "\n".join(lines) + "\n"


def _table(rows: Sequence[str], head: str = _HEAD) -> list[str]:
    return [head, *rows, ""] if rows else []


def _folded(title: str, lines: Sequence[str]) -> list[str]:
    # The empty lines make what is inside Markdown again.
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "</details>", ""] if lines else []


def _row(change: Change, findings: Iterable[RuleResult]) -> str:
    said = "<br>".join([escaped(change.text, _TEXT), *map(_finding, findings)])
    return f"| {_risk(change.risk)} | `{change.kind}` | {said} |"


def _risk(risk: Risk) -> str:
    shown = f"{MARKS[risk]} {risk}"
    return f"**{shown}**" if risk is Risk.HIGH else shown


def _operation(operation: Operation, risk: Risk) -> str:
    name = operation.urn.rpartition("::")[2]
    why = f", because {', '.join(operation.replaces)} changes" if operation.replaces else ""
    said = escaped(f"{operation.type} {name}{why}", _TEXT)
    return f"| {_risk(risk)} | {escaped(operation.op)} | {said} |"


def _unknown(unknown: Unknown) -> str:
    return f"| {_risk(unknown.risk)} | unknown | {escaped(f'{unknown.subject} {unknown.text}.', _TEXT)} |"


def _finding(rule_result: RuleResult) -> str:
    place = dotted(rule_result.path)
    said = (
        f"{rule_result.severity}: {place + ' ' if place else ''}{rule_result.problem}. {rule_result.remedy}"
    )
    if rule_result.waiver:
        said += f" Accepted until {rule_result.waiver.expires}: {rule_result.waiver.reason}"
    mark = "✗" if rule_result.blocks else "!"
    return f"{mark} **{escaped(rule_result.rule_id)}** {escaped(said, _TEXT)}"


def _values(changes: Iterable[Change]) -> list[str]:
    rows = [
        f"| `{change.kind}` | {escaped(change.subject)} | {_value(change.before)} | {_value(change.after)} |"
        for change in changes
    ]
    return _table(rows, "| change | of | before | after |\n|---|---|---|---|")


def _value(value: Any) -> str:
    return "" if value is None else escaped(json.dumps(value, ensure_ascii=False), _VALUE)


def _operations(operations: Iterable[Operation]) -> list[str]:
    rows = [
        f"| {escaped(each.op)} | {escaped(each.type)} | {escaped(each.urn.rpartition('::')[2])} | "
        f"{escaped(', '.join(each.properties), _VALUE)} | {escaped(', '.join(each.unknown), _VALUE)} |"
        for each in operations
    ]
    return _table(rows, "| operation | type | name | properties | not known yet |\n|---|---|---|---|---|")
