"""Options that several commands have."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def as_of_option(command: _Command) -> _Command:
    """`--as-of`: the day on which waivers and secrets are looked at, so that a run can be repeated."""
    return click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_day,
        metavar="YYYY-MM-DD",
        help="Day on which waivers and secrets' ages are looked at.  [default: today, in UTC]",
    )(command)


def asked_here() -> bool:
    """Whether there is somebody at a terminal who can be asked."""
    return sys.stdin.isatty()


def _day(_: click.Context, __: click.Parameter, given: datetime | None) -> date:
    return (given or datetime.now(UTC)).date()
