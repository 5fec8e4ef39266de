"""Render a diff for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.text import Text

from flow_mcp.common.safe_text import terminal
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.change import Change, Risk
from flow_mcp.review.diff.document import digest, tenant_digest
from flow_mcp.review.diff.findings import findings_by_change
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.words import MARKS, counted, verdict
from flow_mcp.review.diff.tenant_diff import Operation, TenantDiff, Unknown
from flow_mcp.review.policy.evaluation import RuleResult

_STYLES = {Risk.HIGH: "bold red", Risk.MEDIUM: "yellow", Risk.LOW: "green", Risk.NONE: "dim"}
_MAXIMUM_LENGTH = 1_000
# The length of most kinds' IDs.
_KIND_WIDTH = 26


def text(outcome: Outcome) -> Iterator[Text]:
    """Yield the lines of the diff; declared texts cannot add line breaks."""
    unchanged = [diff for diff in outcome.diffs if diff.empty and not diff.blocked]
    changed = [diff for diff in outcome.diffs if diff not in unchanged]
    for diff in changed:
        yield from _tenant(diff)
        if len(changed) > 1:
            yield Text(f"  digest of this tenant {tenant_digest(diff)}", "dim")
    for unknown in outcome.unknowns:
        yield _unknown(unknown)
    yield from _unchanged([diff.stack for diff in unchanged])
    yield from _summary(outcome)


def _tenant(diff: TenantDiff) -> Iterator[Text]:
    by_change, rest = findings_by_change(diff.changes, diff.rule_results)
    yield Text.assemble((terminal(diff.stack), "bold"), "" if not diff.empty else ": no change")
    for index, change in enumerate(diff.changes):
        yield _change(change)
        yield from map(_finding, by_change.get(index, ()))
    yield from _operations(diff)
    yield from map(_unknown, diff.unknowns)
    rest = rest if not diff.empty else [finding for finding in rest if finding.blocks]
    if rest and not diff.empty:
        yield Text("  other findings of this tenant", "dim")
    yield from map(_finding, rest)


def _change(change: Change) -> Text:
    return _line(change.risk, change.kind, change.text)


def _operations(diff: TenantDiff) -> Iterator[Text]:
    """Yield each operation of more than low risk, and the number of the others."""
    risky = [operation for operation in diff.operations if diff.risk_of(operation) is not Risk.LOW]
    for operation in risky:
        yield _operation(operation, diff.risk_of(operation))
    if rest := Counter(operation.op for operation in diff.operations if operation not in risky):
        numbers = ", ".join(f"{number} {op}" for op, number in sorted(rest.items()))
        yield _line(Risk.LOW, "resources", numbers)


def _operation(operation: Operation, risk: Risk) -> Text:
    name = operation.urn.rpartition("::")[2]
    reason = f", because {', '.join(operation.replaces)} changes" if operation.replaces else ""
    return _line(risk, operation.op, f"{operation.type} {name}{reason}")


def _unknown(unknown: Unknown) -> Text:
    return _line(unknown.risk, "unknown", f"{unknown.subject} {unknown.text}.")


def _finding(rule_result: RuleResult) -> Text:
    place = dotted(rule_result.path)
    prefix = f"{place} " if place else ""
    text = f"{rule_result.severity}: {prefix}{rule_result.problem}. {rule_result.remedy}"
    if rule_result.waiver:
        text += f" Accepted until {rule_result.waiver.expires}: {rule_result.waiver.reason}"
    style = "bold red" if rule_result.blocks else "dim" if rule_result.waiver else "yellow"
    mark = "✗" if rule_result.blocks else "!"
    return Text.assemble("      ", (f"{mark} {rule_result.rule_id} ", style), terminal(text, _MAXIMUM_LENGTH))


def _line(risk: Risk, kind: str, text: str) -> Text:
    mark = (f"  {MARKS[risk]} {risk:<6} ", _STYLES[risk])
    return Text.assemble(mark, (f"{terminal(kind):<{_KIND_WIDTH}} ", "cyan"), terminal(text, _MAXIMUM_LENGTH))


def _unchanged(stacks: list[str]) -> Iterator[Text]:
    if len(stacks) > 1:
        yield Text(f"{len(stacks)} tenants: no change")
    elif stacks:
        yield Text(f"{terminal(stacks[0])}: no change")


def _summary(outcome: Outcome) -> Iterable[Text]:
    since = f" since {outcome.base[:12]}" if outcome.base else ""
    yield Text()
    yield Text(f"{counted(outcome)}{since}, policies as of {outcome.as_of}: {verdict(outcome)}")
    yield Text(f"digest {digest(outcome.diffs, outcome.unknowns)}")
