"""What our own plugin serves for any authorization server, as a Pulumi program declares it."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class RegisteredClient(PluginResource):
    """A client registered by RFC 7591, and kept up by RFC 7592 where the server can.

    Args:
        resource_name: name of the Pulumi resource.
        registration_endpoint: of the server's metadata.
        initial_access_token_required: whether registering takes an initial access token.
        client_name: that people see, and by which an administrator finds it.
        grant_types: `authorization_code` or `client_credentials`.
        redirect_uris: exact.
        scopes: that it may ask for.
        token_endpoint_auth_method: `none`, `client_secret_basic` or `private_key_jwt`.
        jwks_uri: where its public keys are.
        opts: options of the Pulumi resource.
    """

    client_id: pulumi.Output[str]
    secret: pulumi.Output[str | None]
    registration_access_token: pulumi.Output[str | None]
    registration_client_uri: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        registration_endpoint: pulumi.Input[str | None],
        initial_access_token_required: pulumi.Input[bool],
        client_name: pulumi.Input[str],
        grant_types: pulumi.Input[Sequence[pulumi.Input[str]]],
        redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        scopes: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        token_endpoint_auth_method: pulumi.Input[str],
        jwks_uri: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            resource_name,
            {
                "registration_endpoint": registration_endpoint,
                "initial_access_token_required": initial_access_token_required,
                "client_name": client_name,
                "grant_types": grant_types,
                "redirect_uris": redirect_uris,
                "scopes": scopes,
                "token_endpoint_auth_method": token_endpoint_auth_method,
                "jwks_uri": jwks_uri,
            },
            opts,
        )
