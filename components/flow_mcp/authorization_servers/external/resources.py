"""The resource of this project's plugin for registered clients, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class RegisteredClient(PluginResource):
    """A client that is registered with RFC 7591, and updated with RFC 7592 if the server supports it.

    Args:
        resource_name: name of the Pulumi resource.
        registration_endpoint: endpoint in the server's metadata.
        initial_access_token_required: whether registration needs an initial access token.
        client_name: name that people and administrators see.
        grant_types: `authorization_code` or `client_credentials`.
        redirect_uris: redirect URIs, compared exactly.
        scopes: scopes that the client may request.
        token_endpoint_auth_method: `none`, `client_secret_basic` or `private_key_jwt`.
        jwks_uri: URL of its public keys.
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
