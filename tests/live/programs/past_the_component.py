"""Test data: a Pulumi program with the resources that its stack lists, without the components' checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

SETTINGS = "flow-mcp:index:McpServerSettings"


class Registered(pulumi.ComponentResource):
    """A component of any type with given inputs and outputs."""

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
        # The outputs of a provider's resource include its inputs; those of a component do not.
        outputs if kind == SETTINGS else {**inputs, **outputs},
        # The listed URN decides whether a resource is a child of the component.
        pulumi.ResourceOptions(parent=inside) if f"{SETTINGS}$" in resource["urn"] else None,
    )
