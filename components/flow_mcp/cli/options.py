"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def as_of_option(command: _Command) -> _Command:
    """Add `--as-of`: the day for which waivers and secrets are evaluated, so that a run is reproducible."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_day,
        metavar="YYYY-MM-DD",
        help="Day for which waivers and the ages of secrets are evaluated.  [default: today, in UTC]",
    )(command)


def _day(_: click.Context, __: click.Parameter, value: datetime | None) -> date:
    return (value or datetime.now(UTC)).date()
