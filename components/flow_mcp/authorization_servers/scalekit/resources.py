"""The Scalekit resources of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class ScalekitResource(PluginResource[Mapping[str, Any]]):
    """An MCP server at Scalekit. Its inputs are those of `McpServerInputs`, from `mcp_server_properties`."""

    resource_id: pulumi.Output[str]
    deviations: pulumi.Output[Sequence[str]]


class ScalekitClient(PluginResource[Mapping[str, Any]]):
    """A client of an MCP server at Scalekit.

    Its inputs are those of `ClientInputs`: `client_properties` and the MCP server's ID.
    """

    client_id: pulumi.Output[str]
    secret: pulumi.Output[str | None]
