"""Drift as text for a terminal."""

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
_MAX_LENGTH = 1_000
_WIDTH = 29


def lines(drift: TenantDrift) -> Iterator[Text]:
    """Yield the lines of a tenant's drift. Text of the server is escaped and cannot add lines."""
    yield Text.assemble((terminal(drift.stack), "bold"), f": {_summary(drift)}")
    yield from map(_drift, drift.drifts)
    allowed = [item for item in drift.appeared if item.risk is Risk.NONE]
    unmanaged = [item for item in drift.appeared if item.risk is not Risk.NONE]
    if unmanaged:
        yield Text("  unmanaged objects, which --mend does not change", "dim")
        yield from map(_appeared, unmanaged)
    if allowed:
        count = "1 client uses" if len(allowed) == 1 else f"{len(allowed)} clients use"
        yield Text(f"  {count} a declared registration method", "dim")
    if drift.lost:
        yield Text("  --mend does not restore", "bold")
        yield from (Text(f"    - {terminal(loss, _MAX_LENGTH)}") for loss in drift.lost)
    for note in (
        *drift.notes,
        *([f"Unmanaged objects are not listed: {drift.unread}."] if drift.unread else []),
    ):
        yield Text(f"  {terminal(note, _MAX_LENGTH)}", "dim")


def plan(drift: TenantDrift) -> Text:
    """Return a sentence about what `--mend` will do."""
    number = len(drift.drifts)
    drifts = "this drift" if number == 1 else f"these {number} drifts"
    return Text(f"--mend reverts {drifts} of {terminal(drift.stack)}. Unmanaged objects stay unchanged.")


def mended_lines(stack: str, result: Mended) -> Iterator[Text]:
    """Yield the lines about what `--mend` did."""
    counted = Counter(step.op for step in result.steps)
    steps = ", ".join(f"{number} {op}" for op, number in sorted(counted.items())) or "no update"
    number = len(result.remaining.drifts)
    remaining = f"{number or 'no'} {'drifts remain' if number > 1 else 'drift remains'}"
    yield Text.assemble((terminal(stack), "bold"), f": mended, {remaining} ({steps})")
    yield from (Text(f"    - {terminal(repair, _MAX_LENGTH)}") for repair in result.repairs)
    yield from map(_drift, result.remaining.drifts)


def _summary(drift: TenantDrift) -> str:
    number = len(drift.drifts)
    unmanaged = sum(item.risk is not Risk.NONE for item in drift.appeared)
    ended = f" of {terminal(drift.since.ended)}" if drift.since and drift.since.ended else ""
    since = f"since update {drift.since.number}{ended}" if drift.since else "since the state was imported"
    if not drift.found:
        return f"no drift {since}"
    parts = [f"{number} {'drift' if number == 1 else 'drifts'}"] if number else []
    parts += [f"{unmanaged} unmanaged {'object' if unmanaged == 1 else 'objects'}"] if unmanaged else []
    return f"{', '.join(parts)}, {since}"


def _drift(drift: Drift) -> Text:
    return _line(drift.risk, drift.kind or drift.type, drift.text)


def _appeared(appeared: Appeared) -> Text:
    return _line(appeared.risk, appeared.kind, appeared.text)


def _line(risk: Risk, kind: str, text: str) -> Text:
    mark = (f"  {MARKS[risk]} {risk:<6} ", _STYLES[risk])
    return Text.assemble(mark, (f"{terminal(kind):<{_WIDTH}} ", "cyan"), terminal(text, _MAX_LENGTH))
