"""The Scalekit resources of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.plugin.program import PluginResource, call


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


def require_free(declaration: Declaration) -> None:
    """Check that no other stack manages the objects that the stack takes over. Nothing is changed.

    Raises:
        pulumi.RunError: another stack manages one; the message names it and the remedy.
    """
    adopted = declaration.tenant.adopted or {}
    if import_ids := [entry.id for _, entry in sorted(adopted.items()) if entry.id]:
        arguments = {
            "environmentUrl": cast("Scalekit", declaration.server).environment_url,
            "owner": names.owner(declaration),
            "importIds": import_ids,
        }
        call("scalekitAdoptedObjects", arguments)
