"""Combines Pulumi outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pulumi

ValueT = TypeVar("ValueT")


def combine(values: Mapping[str, pulumi.Output[ValueT]]) -> pulumi.Output[Mapping[str, ValueT]]:
    """Return one output whose value maps each name to the value of its output."""
    # Without arguments, `Output.all` returns a list.
    return pulumi.Output.all(**values) if values else pulumi.Output.from_input({})
