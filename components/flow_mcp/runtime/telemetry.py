"""OpenTelemetry counters; they count only if the extra `telemetry` is installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Add = Callable[[int, Mapping[str, Any]], None]


def counter(name: str, unit: str, description: str) -> Add:
    """Create a counter and return its `add` function; without OpenTelemetry the function does nothing.

    The OpenTelemetry SDK may be configured after this call.
    """
    # Imported here: the import takes half as long as the rest of this package.
    try:
        from opentelemetry import metrics
    except ImportError:
        return _not_counted
    return metrics.get_meter("flow_mcp.runtime").create_counter(name, unit, description).add


def _not_counted(amount: int, attributes: Mapping[str, Any]) -> None:
    """Accept a count and ignore it."""
