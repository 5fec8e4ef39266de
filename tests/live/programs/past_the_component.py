"""Test data: a program that registers what its stack lists, past our components and their checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi


class Registered(pulumi.ComponentResource):
    """A component of any type, with inputs and outputs as they are given."""

    def __init__(self, name: str, kind: str, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> None:
        super().__init__(kind, name, inputs)
        self.register_outputs(outputs)


for name, resource in pulumi.Config().require_object("tenant").items():
    Registered(name, resource["type"], resource["inputs"], resource["outputs"])
