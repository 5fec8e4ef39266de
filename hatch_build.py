"""What a wheel has beside the package's own files; hatchling runs it."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WheelHook(BuildHookInterface):  # type: ignore[type-arg] # hatchling's configuration of hooks; it has none here
    """Put the Go module and the changelog into the wheel, for `flow-mcp toolchain` and `upgrade`.

    An editable installation has no copy.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["toolchain"] = "flow_mcp/engine/toolchain/module"
            build_data["force_include"]["CHANGELOG.md"] = "flow_mcp/CHANGELOG.md"
