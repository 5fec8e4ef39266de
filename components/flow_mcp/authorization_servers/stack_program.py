"""The Pulumi program of every tenant's stack; a project's `stacks/__main__.py` runs it."""

from __future__ import annotations

from pathlib import Path

import pulumi

from flow_mcp.authorization_servers.mcp_server_settings import own_applications, settings_of_stack
from flow_mcp.engine.plugin.program import errors_reported


def run() -> None:
    """Create the tenant's MCP Server Settings from the stack's configuration, and export the outputs.

    The program also reads the team's file of known applications, `stacks/applications.yaml` of the project.
    """
    with errors_reported():
        config = pulumi.Config()
        tenant, instance = config.require_object("tenant"), config.require_object("instance")
        own = own_applications(Path(pulumi.get_root_directory(), "stacks"))
        settings = settings_of_stack(pulumi.get_stack(), {"tenant": tenant, "instance": instance, **own})

        pulumi.export("authority", settings.authority)
        pulumi.export("clientIds", settings.client_ids)
        pulumi.export("settings", settings.settings)
        pulumi.export("clientSecrets", settings.client_secrets)
        if settings.hand_over:
            pulumi.export("handOver", settings.hand_over)
        if settings.other_server:
            pulumi.export("otherServer", settings.other_server)
            pulumi.export("otherClientSecrets", settings.other_client_secrets)
