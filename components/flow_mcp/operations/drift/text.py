"""Drift for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.text import Text

from flow_mcp.common.safe_text import terminal
from flow_mcp.operations.drift.drift import Appeared, Drift, TenantDrift
from flow_mcp.operations.drift.mend import Mended
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.rendering.words import MARKS

_STYLES = {Risk.HIGH: "bold red", Risk.MEDIUM: "yellow", Risk.LOW: "green", Risk.NONE: "dim"}
_LONGEST = 1_000
_WIDTH = 29


def lines(drift: TenantDrift) -> Iterator[Text]:
    """A tenant's drift, line by line; each is one line, whatever the server says."""
    yield Text.assemble((terminal(drift.stack), "bold"), f": {_summary(drift)}")
    yield from map(_drift, drift.drifts)
    allowed = [each for each in drift.appeared if each.risk is Risk.NONE]
    beside = [each for each in drift.appeared if each.risk is not Risk.NONE]
    if beside:
        yield Text("  beside what the stack manages, never mended", "dim")
        yield from map(_appeared, beside)
    if allowed:
        count = f"{len(allowed)} {'client' if len(allowed) == 1 else 'clients'}"
        yield Text(f"  {count} came by a declared registration method", "dim")
    if drift.lost:
        yield Text("  mending does not bring back", "bold")
        yield from (Text(f"    - {terminal(each, _LONGEST)}") for each in drift.lost)
    for note in (*drift.notes, *([f"Not looked for: {drift.unread}."] if drift.unread else [])):
        yield Text(f"  {terminal(note, _LONGEST)}", "dim")


def plan(drift: TenantDrift) -> Text:
    """What `--mend` is going to do."""
    number = len(drift.drifts)
    what = "it" if number == 1 else f"these {number}"
    return Text(f"Mending puts {what} back as declared in {terminal(drift.stack)}, and touches nothing else.")


def mended_lines(stack: str, done: Mended) -> Iterator[Text]:
    """What `--mend` did."""
    counted = Counter(step.op for step in done.steps)
    steps = ", ".join(f"{number} {op}" for op, number in sorted(counted.items())) or "no update"
    left = len(done.remaining.drifts)
    result = f"{left} {'drift is' if left == 1 else 'drifts are'} left" if left else "no drift is left"
    yield Text.assemble((terminal(stack), "bold"), f": mended, {result} ({steps})")
    yield from (Text(f"    - {terminal(repair, _LONGEST)}") for repair in done.repairs)
    yield from map(_drift, done.remaining.drifts)


def _summary(drift: TenantDrift) -> str:
    number = len(drift.drifts)
    beside = sum(each.risk is not Risk.NONE for each in drift.appeared)
    ended = f" of {terminal(drift.since.ended)}" if drift.since and drift.since.ended else ""
    since = f"since update {drift.since.number}{ended}" if drift.since else "since the state was imported"
    if not drift.found:
        return f"no drift {since}"
    parts = [f"{number} {'drift' if number == 1 else 'drifts'}"] if number else []
    parts += [f"{beside} beside what is managed"] if beside else []
    return f"{', '.join(parts)}, {since}"


def _drift(drift: Drift) -> Text:
    return _line(drift.risk, drift.kind or drift.type, drift.text)


def _appeared(appeared: Appeared) -> Text:
    return _line(appeared.risk, appeared.kind, appeared.text)


def _line(risk: Risk, what: str, said: str) -> Text:
    mark = (f"  {MARKS[risk]} {risk:<6} ", _STYLES[risk])
    return Text.assemble(mark, (f"{terminal(what):<{_WIDTH}} ", "cyan"), terminal(said, _LONGEST))
