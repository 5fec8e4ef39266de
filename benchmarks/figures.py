"""Results of a measurement."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One figure: the values of several rounds, with their median and spread."""

    name: str
    values: tuple[float, ...]
    unit: str
    target: float | None = None
    at_least: bool = False
    """Whether the target is a lower bound instead of an upper one."""

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> tuple[float, float]:
        return min(self.values), max(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median meets the target; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[float, ...]:
    """Return the ratio of each round, whose parts had the same load of the machine."""
    return tuple(upper / lower for upper, lower in zip(numerators, denominators, strict=True))
