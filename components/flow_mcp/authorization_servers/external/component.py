"""The Pulumi component of a tenant on an external authorization server: its metadata and clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pulumi

from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.discovery.resources import AuthorizationServerMetadata
from flow_mcp.authorization_servers.external import names
from flow_mcp.authorization_servers.external.declaration import ClientRegistration, External
from flow_mcp.authorization_servers.external.resources import RegisteredClient
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant


class ExternalAuthorizationServer(AuthorizationServerComponent):
    """The metadata of an external authorization server, and the clients that the stack registers there."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        server = cast("External", declaration.server)
        owned = pulumi.ResourceOptions(parent=self)
        metadata = AuthorizationServerMetadata("metadata", {"authority": server.authority}, owned)
        clients = {
            client: _client(declaration, server, client, declared, metadata, owned)
            for client, declared in sorted(declaration.tenant.clients.items())
        }
        _warn(declaration, server, metadata)
        self.ids = pulumi.Output.all(
            metadataUrl=metadata.metadata_url,
            # A server without an authorization endpoint has no clients for people.
            authorizationEndpoint=metadata.authorization_endpoint.apply(lambda endpoint: endpoint or ""),
            tokenEndpoint=metadata.token_endpoint,
            **{f"clients.{name}": client.client_id for name, client in clients.items()},
        )
        self.secrets = pulumi.Output.secret(
            combine({name: client.secret for name, client in clients.items()}).apply(
                lambda secrets: {name: secret for name, secret in secrets.items() if secret}
            )
        )
        self.register_outputs({"issuer": metadata.issuer})


def _client(
    declaration: Declaration,
    server: External,
    name: str,
    declared: Client,
    metadata: AuthorizationServerMetadata,
    opts: pulumi.ResourceOptions,
) -> RegisteredClient:
    registration = server.client_registration or ClientRegistration()
    person = declared.grant is Grant.AUTHORIZATION_CODE
    return RegisteredClient(
        name,
        {
            "registration_endpoint": metadata.registration_endpoint,
            "initial_access_token_required": registration.protected,
            "client_name": names.client(declaration, name),
            "grant_types": ["authorization_code" if person else "client_credentials"],
            "redirect_uris": declared.redirect_uris,
            "scopes": names.scopes(declaration, server, declared.access),
            "token_endpoint_auth_method": _authentication(declared),
            "jwks_uri": declared.private_key_jwt.jwks_url if declared.private_key_jwt else None,
        },
        opts,
    )


def _authentication(declared: Client) -> str:
    if not declared.confidential:
        return "none"
    return "private_key_jwt" if declared.private_key_jwt else "client_secret_basic"


def _warn(declaration: Declaration, server: External, metadata: AuthorizationServerMetadata) -> None:
    """Log a warning for each feature that the declaration needs and the server's metadata does not list."""
    registration, people = server.registration, names.people_sign_in(declaration, server)

    def pkce(methods: Sequence[str] | None) -> None:
        if people and "S256" not in (methods or ()):
            pulumi.log.warn(
                f"{server.authority} does not advertise PKCE with S256, so MCP clients refuse to proceed. "
                "Have code_challenge_methods_supported published there."
            )

    def dynamic(endpoint: str | None) -> None:
        if registration.dynamic and not endpoint:
            pulumi.log.warn(
                f"{server.authority} has no registration_endpoint in its metadata, so no client can "
                "register. Turn dynamic client registration on there, or remove registration.dynamic."
            )

    def documents(supported: bool | None) -> None:
        if registration.metadata_documents and not supported:
            pulumi.log.warn(
                f"{server.authority} does not advertise client_id_metadata_document_supported, so clients do "
                "not use metadata documents. Turn them on there, or remove registration.metadataDocuments."
            )

    metadata.code_challenge_methods_supported.apply(pkce)
    metadata.registration_endpoint.apply(dynamic)
    metadata.client_id_metadata_document_supported.apply(documents)
