"""What a run over tenants came to: a table, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.fleet.selection import REASONS
from flow_mcp.review.fleet.result import Event, Outcome, Result

_WIDTH = 150
_LONGEST = 900
_STYLES = {
    "updated": "green",
    "destroyed": "green",
    "failed": "red",
    "locked": "red",
    "refused": "red",
    "interrupted": "yellow",
    "not-begun": "yellow",
}


def duration(seconds: float) -> str:
    """As people say it: `12 s`, `4 min`, `2 h 5 min`."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def said(result: Result) -> str:
    """A tenant's result in one line."""
    changes = f", {_changes(result)}" if _changes(result) else ""
    why = f": {terminal(result.message, _LONGEST)}" if result.message else ""
    return f"{result.status.replace('-', ' ')}{changes} ({duration(result.seconds)}){why}"


def show(outcome: Outcome, seconds: float, *, as_json: bool) -> None:
    """Show the outcome: the tenants that were run, and how many were not. Refusals go to standard error."""
    if as_json:
        click.echo(json.dumps(_summary(outcome, seconds)))
    else:
        _table(outcome, seconds)
    for line in filter(None, (outcome.refusal, *outcome.notes)):
        click.echo(f"flow-mcp: {terminal(line, _LONGEST)}", err=True)


def event_json(event: Event) -> dict[str, Any]:
    """An event for a program."""
    if event.kind == "phase":
        return {"event": "phase", "phase": event.text, "tenants": event.total}
    told: dict[str, Any] = {"event": event.kind, "tenant": event.stack, "phase": event.text}
    return {**told, **_result(event.result)} if event.result else told


def changes(results: tuple[Result, ...]) -> Iterator[str]:
    """Lines that tell what would be changed, for a question."""
    for result in results:
        yield f"  {terminal(result.stack)}: {_changes(result)}"


def _table(outcome: Outcome, seconds: float) -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(width=_WIDTH, highlight=False)
    shown = [each for each in outcome.results if each.status != "unchanged" or each.message]
    if shown:
        table = Table("tenant", "result", "why", "changes", "seconds", box=None, pad_edge=False)
        for each in shown:
            table.add_row(
                Text(terminal(each.stack)),
                Text(each.status.replace("-", " "), _STYLES.get(each.status, "")),
                Text(REASONS[each.reason]),
                Text(_changes(each)),
                Text(f"{each.seconds:.1f}" if each.seconds else "", justify="right"),
            )
        console.print(table)
    for each in shown:
        if each.message:
            line = f"{terminal(each.stack)}: {terminal(each.message, _LONGEST)}"
            console.print(Text(line), soft_wrap=True)
    counts = ", ".join(
        f"{number} {status.replace('-', ' ')}" for status, number in sorted(outcome.counts().items())
    )
    total = len(outcome.results)
    click.echo(f"{total} tenant{'' if total == 1 else 's'}: {counts}; {duration(seconds)}")


def _changes(result: Result) -> str:
    none = "none" if result.status in {"previewed", "refreshed"} else ""
    return ", ".join(f"{number} {op}" for op, number in result.operations.items()) or none


def _summary(outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        "event": "summary",
        "exitCode": outcome.exit_code,
        "seconds": round(seconds, 1),
        "counts": dict(sorted(outcome.counts().items())),
        "refusal": outcome.refusal,
        "notes": list(outcome.notes),
        "tenants": [{"tenant": each.stack, **_result(each)} for each in outcome.results],
    }


def _result(result: Result) -> Mapping[str, Any]:
    return {
        "status": result.status,
        "reason": result.reason,
        "operations": dict(result.operations),
        "deletions": result.deletions,
        "seconds": result.seconds,
        "message": result.message,
    }
