"""What our own plugin adds to Auth0's provider, as a Pulumi program declares it."""

from __future__ import annotations

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class Auth0FormerSettings(PluginResource):
    """The settings of an Auth0 tenant before a stack set them; they are put back on delete.

    Args:
        resource_name: name of the Pulumi resource.
        domain: of the Auth0 tenant.
        dynamic_registration: whether the stack lets clients register themselves.
        metadata_documents: whether the stack lets metadata documents be imported.
        resource_parameter_profile: `audience` or `compatibility`, as the stack sets it.
        opts: options of the Pulumi resource.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        domain: pulumi.Input[str],
        dynamic_registration: pulumi.Input[bool],
        metadata_documents: pulumi.Input[bool],
        resource_parameter_profile: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            resource_name,
            {
                "domain": domain,
                "dynamic_registration": dynamic_registration,
                "metadata_documents": metadata_documents,
                "resource_parameter_profile": resource_parameter_profile,
            },
            opts,
        )
