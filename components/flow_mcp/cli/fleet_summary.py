"""Show the outcome of a run over tenants as a table or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click
from rich.text import Text

from flow_mcp.cli.options import folding_table, table_console
from flow_mcp.common.counted import counted
from flow_mcp.common.safe_text import terminal
from flow_mcp.engine.fleet.selection import REASONS
from flow_mcp.review.fleet.result import Event, Outcome, Result

_MAXIMUM_LENGTH = 900
_STYLES = {
    "updated": "green",
    "destroyed": "green",
    "failed": "red",
    "locked": "red",
    "blocked": "red",
    "interrupted": "yellow",
    "not-started": "yellow",
}


def duration(seconds: float) -> str:
    """Return a duration as text: `12 s`, `4 min`, `2 h 5 min`."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def result_line(result: Result) -> str:
    """Return a tenant's result as one line."""
    changes = f", {_changes(result)}" if _changes(result) else ""
    message = f": {terminal(result.message, _MAXIMUM_LENGTH)}" if result.message else ""
    return f"{result.status.replace('-', ' ')}{changes} ({duration(result.seconds)}){message}"


def show(outcome: Outcome, seconds: float, *, as_json: bool) -> None:
    """Show the results of the tenants in the run and the number of others; refusals go to standard error."""
    if as_json:
        click.echo(json.dumps(_summary(outcome, seconds)))
    else:
        _table(outcome, seconds)
    for line in filter(None, (outcome.refusal, *outcome.notes)):
        click.echo(f"flow-mcp: {terminal(line, _MAXIMUM_LENGTH)}", err=True)


def event_json(event: Event) -> dict[str, Any]:
    """Return an event as JSON."""
    if event.kind == "phase":
        return {"event": "phase", "phase": event.text, "tenants": event.total}
    fields: dict[str, Any] = {"event": event.kind, "tenant": event.stack, "phase": event.text}
    return {**fields, **_result(event.result)} if event.result else fields


def changes(results: tuple[Result, ...]) -> Iterator[str]:
    """Yield a line with the planned changes of each tenant."""
    for result in results:
        yield f"  {terminal(result.stack)}: {_changes(result)}"


def _table(outcome: Outcome, seconds: float) -> None:
    console = table_console()
    shown = [result for result in outcome.results if result.status != "unchanged" or result.message]
    if shown:
        table = folding_table("tenant", "result", "why", "changes", "seconds")
        for result in shown:
            table.add_row(
                Text(terminal(result.stack)),
                Text(result.status.replace("-", " "), _STYLES.get(result.status, "")),
                Text(REASONS[result.reason]),
                Text(_changes(result)),
                Text(f"{result.seconds:.1f}" if result.seconds else "", justify="right"),
            )
        console.print(table)
    for result in shown:
        if result.message:
            line = f"{terminal(result.stack)}: {terminal(result.message, _MAXIMUM_LENGTH)}"
            console.print(Text(line), soft_wrap=True)
    counts = ", ".join(
        f"{count} {status.replace('-', ' ')}" for status, count in sorted(outcome.counts().items())
    )
    total = len(outcome.results)
    click.echo(f"{counted(total, 'tenant')}: {counts}; {duration(seconds)}")


def _changes(result: Result) -> str:
    none = "none" if result.status in {"previewed", "refreshed"} else ""
    return ", ".join(f"{count} {operation}" for operation, count in result.operations.items()) or none


def _summary(outcome: Outcome, seconds: float) -> dict[str, Any]:
    return {
        "event": "summary",
        "exitCode": outcome.exit_code,
        "seconds": round(seconds, 1),
        "counts": dict(sorted(outcome.counts().items())),
        "refusal": outcome.refusal,
        "notes": list(outcome.notes),
        "tenants": tenant_results(outcome),
    }


def tenant_results(outcome: Outcome) -> list[Mapping[str, Any]]:
    """Return the result of each tenant as JSON."""
    return [{"tenant": result.stack, **_result(result)} for result in outcome.results]


def _result(result: Result) -> Mapping[str, Any]:
    return {
        "status": result.status,
        "reason": result.reason,
        "operations": dict(result.operations),
        "deletions": result.deletions,
        "seconds": result.seconds,
        "message": result.message,
        **({"losses": list(result.losses)} if result.losses else {}),
    }
