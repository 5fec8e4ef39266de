"""The Auth0 resources of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class Auth0ClientSecret(PluginResource):
    """The secret of a client. Another day is a rotation, which ends the present secret at once.

    Args:
        resource_name: name of the Pulumi resource.
        domain: domain of the Auth0 tenant.
        client_id: client ID of the client.
        issued: day of the secret.
        opts: options of the Pulumi resource.
    """

    value: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        domain: pulumi.Input[str],
        client_id: pulumi.Input[str],
        issued: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(resource_name, {"domain": domain, "client_id": client_id, "issued": issued}, opts)


class Auth0FormerSettings(PluginResource):
    """The settings of an Auth0 tenant before the stack set them. Delete restores them.

    Args:
        resource_name: name of the Pulumi resource.
        domain: domain of the Auth0 tenant.
        dynamic_registration: whether the stack turns dynamic client registration on.
        metadata_documents: whether the stack permits the import of metadata documents.
        resource_parameter_profile: the profile that the stack sets, `audience` or `compatibility`.
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
