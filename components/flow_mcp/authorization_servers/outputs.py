"""Pulumi outputs put together."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi


def together(values: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[Mapping[str, str]]:
    """One output of many, by name."""
    # Of nothing, `all` makes a list.
    return pulumi.Output.all(**values) if values else pulumi.Output.from_input({})
