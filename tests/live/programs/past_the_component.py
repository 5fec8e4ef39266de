"""Test data: a program that registers what its stack lists, past our components and their checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

SETTINGS = "flow-mcp:index:McpServerSettings"


class Registered(pulumi.ComponentResource):
    """A component of any type, with inputs and outputs as they are given."""

    def __init__(
        self,
        name: str,
        kind: str,
        inputs: Mapping[str, Any],
        outputs: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(kind, name, inputs, opts)
        self.register_outputs(outputs)


inside = Registered("inside", SETTINGS, {}, {})
for name, resource in pulumi.Config().require_object("tenant").items():
    kind, inputs, outputs = resource["type"], resource["inputs"], resource["outputs"]
    Registered(
        name,
        kind,
        inputs,
        # A provider's resource ends with what it was asked for; the component does not.
        outputs if kind == SETTINGS else {**inputs, **outputs},
        # Where the listed URN says that a resource is below the component, it is.
        pulumi.ResourceOptions(parent=inside) if f"{SETTINGS}$" in resource["urn"] else None,
    )
