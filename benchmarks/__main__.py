"""`python -m benchmarks`: run the measurements and compare them with the targets."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable

import click
from rich.console import Console
from rich.table import Table

from benchmarks import (
    checking,
    creating,
    fleet,
    growth,
    loading,
    report,
    starting,
    throughput,
    verification,
    worker_memory,
)
from benchmarks.figures import Figure

_MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "start": starting.measure,
    "check": checking.measure,
    "fleet": fleet.measure_unchanged,
    "forced": fleet.measure_forced,
    "memory": worker_memory.measure,
    "create": creating.measure,
    "growth": growth.measure,
    "report": report.measure,
    "verification": verification.measure,
    "import": loading.measure_import,
    "tenants": loading.measure_tenants,
    "throughput": throughput.measure,
}
_SIZED: dict[str, Callable[[int], list[Figure]]] = {
    "create": creating.measure,
    "memory": worker_memory.measure,
}
"""The measurements whose number of tenants can be set."""


@click.command(
    epilog="\b\nExamples:\n  python -m benchmarks                      all, 55 minutes\n"
    "  python -m benchmarks verification import  only two\n"
    "  python -m benchmarks create --tenants 5\n"
    "  python -m benchmarks --json > figures.json"
)
@click.argument("names", type=click.Choice(list(_MEASUREMENTS)), nargs=-1)
@click.option(
    "--tenants",
    type=click.IntRange(1),
    help=f"Tenants of create and of memory.  [default: {creating.TENANTS} and {worker_memory.TENANTS}]",
)
@click.option("--json", "as_json", is_flag=True, help="Write the figures as JSON.")
def main(names: tuple[str, ...], tenants: int | None, as_json: bool) -> None:
    """Run the measurements, by default all of them.

    Ratios compare two measurements of one round, so that both have the same load of the machine. The result
    is the median of all rounds, with minimum and maximum. The exit code is 1 if a figure misses its target.
    """
    figures: list[Figure] = []
    progress = Console(stderr=True)
    for name in names or tuple(_MEASUREMENTS):
        with progress.status(f"Measuring {name}…"):
            figures += _SIZED[name](tenants) if tenants and name in _SIZED else _MEASUREMENTS[name]()
    if as_json:
        click.echo(json.dumps([_as_json(figure) for figure in figures], indent=2))
    else:
        _show(figures)
    raise SystemExit(1 if any(figure.met is False for figure in figures) else 0)


def _show(figures: list[Figure]) -> None:
    table = Table("", "median", "least to most", "", "target", "")
    for figure in figures:
        bound = "≥" if figure.at_least else "≤"
        target = "" if figure.target is None else f"{bound} {figure.target:g}"
        verdict = {None: "", True: "[green]met[/]", False: "[red]missed[/]"}[figure.met]
        least, most = figure.spread
        table.add_row(
            figure.name,
            _digits(figure.value),
            f"{_digits(least)} to {_digits(most)}",
            figure.unit,
            target,
            verdict,
        )
    console = Console()
    console.print(table)
    console.print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors, "
        f"load {os.getloadavg()[0]:.1f} (a load above the number of processors slows the measurements), "
        f"calls by {throughput.generator()}.",
        soft_wrap=True,
    )


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _as_json(figure: Figure) -> dict[str, object]:
    least, most = figure.spread
    return {
        "name": figure.name,
        "median": figure.value,
        "least": least,
        "most": most,
        "unit": figure.unit,
        "target": figure.target,
        "met": figure.met,
    }


if __name__ == "__main__":
    main()
