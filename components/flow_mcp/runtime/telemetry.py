"""Counters, where the OpenTelemetry API is installed (extra `telemetry`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Add = Callable[[int, Mapping[str, Any]], None]


def counter(name: str, unit: str, description: str) -> Add:
    """Make a counter and give what adds to it; without OpenTelemetry nothing is counted.

    The API finds its SDK also when that is set up later.
    """
    # Imported here: it takes half as long as everything else of this package.
    try:
        from opentelemetry import metrics
    except ImportError:
        return _not_counted
    return metrics.get_meter("flow_mcp.runtime").create_counter(name, unit, description).add


def _not_counted(amount: int, attributes: Mapping[str, Any]) -> None:
    """Count nothing."""
