"""The program of every tenant's stack: the declaration in, the outputs out."""

from pathlib import Path

import pulumi

from flow_mcp.authorization_servers.mcp_server_settings import own_applications, settings_of_stack
from flow_mcp.engine.plugin.program import errors_reported

with errors_reported():
    config = pulumi.Config()
    tenant, instance = config.require_object("tenant"), config.require_object("instance")
    own = own_applications(Path(__file__).parent)
    settings = settings_of_stack(pulumi.get_stack(), {"tenant": tenant, "instance": instance, **own})

    pulumi.export("authority", settings.authority)
    pulumi.export("clientIds", settings.client_ids)
    pulumi.export("settings", settings.settings)
    pulumi.export("clientSecrets", settings.client_secrets)
    if settings.hand_over:
        pulumi.export("handOver", settings.hand_over)
