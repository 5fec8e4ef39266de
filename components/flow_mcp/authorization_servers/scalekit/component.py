"""The Pulumi component of a tenant on Scalekit: an MCP server and its clients."""

from __future__ import annotations

from typing import cast

import pulumi

from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.discovery.resources import AuthorizationServerMetadata
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.resources import ScalekitClient, ScalekitResource
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.declaration import Declaration


class ScalekitAuthorizationServer(AuthorizationServerComponent):
    """The MCP server and the clients of a tenant at Scalekit."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        server = cast("Scalekit", declaration.server)
        owned = pulumi.ResourceOptions(parent=self)
        # The checks reject a declaration with more than one protected resource.
        (protected,) = declaration.resources
        documents = server.registration.metadata_documents
        resource = ScalekitResource(
            protected.key,
            environment_url=server.environment_url,
            owner=names.owner(declaration),
            name=f"Flow {declaration.tenant.id}: workspace {protected.workspace}, {protected.environment}",
            url=protected.url,
            scopes=[names.SCOPE],
            access_token_seconds=seconds(server.tokens.access),
            dynamic_registration=server.registration.dynamic is not None,
            metadata_documents=documents.documents if documents else (),
            opts=owned,
        )
        metadata = AuthorizationServerMetadata(
            "metadata",
            authority=resource.resource_id.apply(lambda id_: names.authority(server.environment_url, id_)),
            opts=owned,
        )
        clients = {
            client: ScalekitClient(
                client,
                environment_url=server.environment_url,
                resource_id=resource.resource_id,
                owner=f"{names.owner(declaration)}:{client}",
                name=f"flow-mcp-{declaration.tenant.id}-{client}",
                scopes=[names.SCOPE],
                audience=[protected.url],
                access_token_seconds=seconds(server.tokens.access),
                redirect_uris=declared.redirect_uris,
                opts=owned,
            )
            for client, declared in sorted(declaration.tenant.clients.items())
        }
        self.ids = pulumi.Output.all(
            resource=resource.resource_id,
            authorizationEndpoint=metadata.authorization_endpoint,
            tokenEndpoint=metadata.token_endpoint,
            **{f"clients.{name}": client.client_id for name, client in clients.items()},
        )
        # The secret of an imported client is unknown.
        self.secrets = pulumi.Output.secret(
            combine({name: client.secret for name, client in clients.items()}).apply(
                lambda secrets: {name: secret for name, secret in secrets.items() if secret}
            )
        )
        self.register_outputs({"issuer": metadata.issuer})
