"""The Pulumi component of a tenant on Scalekit: an MCP server and its clients."""

from __future__ import annotations

from typing import cast

import pulumi

from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.discovery.resources import AuthorizationServerMetadata
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.properties import client_properties, mcp_server_properties
from flow_mcp.authorization_servers.scalekit.resources import ScalekitClient, ScalekitResource, require_free
from flow_mcp.declaration.declaration import Declaration


class ScalekitAuthorizationServer(AuthorizationServerComponent):
    """The MCP server and the clients of a tenant at Scalekit."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        server = cast("Scalekit", declaration.server)
        owned = pulumi.ResourceOptions(parent=self)
        (protected,) = declaration.resources
        require_free(declaration)
        resource = ScalekitResource(protected.key, mcp_server_properties(declaration), owned)
        authority = resource.resource_id.apply(lambda id_: names.authority(server.environment_url, id_))
        metadata = AuthorizationServerMetadata("metadata", {"authority": authority}, owned)
        clients = {
            client: ScalekitClient(
                client,
                {"resource_id": resource.resource_id, **client_properties(declaration, client)},
                owned,
            )
            for client in sorted(declaration.tenant.clients)
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
