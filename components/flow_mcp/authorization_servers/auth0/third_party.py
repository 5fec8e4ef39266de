"""Creates the client grants for dynamically registered clients and for imported metadata documents.

In Auth0 both are third-party applications, which need a client grant of their own or the default one:
https://auth0.com/docs/get-started/applications/third-party-applications/security-controls
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0.apis import Permissions
from flow_mcp.authorization_servers.auth0.clients import grant
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.declaration.declaration import Declaration


def create(
    declaration: Declaration,
    server: Auth0,
    permissions: Permissions,
    settings: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> None:
    """Grant third-party clients the access that `registration` declares, for people only.

    Args:
        declaration: the tenant's declaration.
        server: the declared Auth0.
        permissions: the resource of each API's permission, by key of the protected resource.
        settings: the resource of the Auth0 tenant's settings, if the stack manages them.
        opts: parent and provider.
    """
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents
    for resource in declaration.reached_by(dynamic.access) if dynamic else ():
        # The client IDs are not known in advance, so these clients need the default grant.
        name = f"third-party-{resource.key}"
        if not declaration.tenant.leaves("ClientGrant", name):
            grant(name, None, resource, "user", permissions, opts)
    if documents is None:
        return
    after_settings = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(settings)))
    for url in documents.documents:
        client = auth0.ClientCimd(
            url,
            external_client_id=url,
            description=f"Flow MCP client of {declaration.tenant.id}",
            opts=after_settings,
        )
        for resource in declaration.reached_by(documents.access):
            grant(f"{resource.key}:{url}", client.client_id, resource, "user", permissions, opts)
