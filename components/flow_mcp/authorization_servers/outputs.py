"""Pulumi outputs put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pulumi

ValueT = TypeVar("ValueT")


def together(values: Mapping[str, pulumi.Output[ValueT]]) -> pulumi.Output[Mapping[str, ValueT]]:
    """One output of many, by name."""
    # Of nothing, `all` makes a list.
    return pulumi.Output.all(**values) if values else pulumi.Output.from_input({})
