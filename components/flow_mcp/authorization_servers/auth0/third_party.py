"""Clients that no declaration names: those that register themselves, and imported metadata documents.

To Auth0 both are third-party applications, which reach an API by a grant of their own or by the default one:
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
    """Let third-party clients reach what `registration` lists, always with a person.

    Args:
        declaration: the tenant's.
        server: what it declares of Auth0.
        permissions: what the grants wait for.
        settings: the Auth0 tenant's settings, where this stack changes them.
        opts: parent and provider.
    """
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents
    for resource in declaration.reached_by(dynamic.access) if dynamic else ():
        # Nobody knows these clients beforehand, so only the default grant can be for them.
        grant(f"third-party-{resource.key}", None, resource, "user", permissions, opts)
    if documents is None:
        return
    after = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(settings)))
    for url in documents.documents:
        client = auth0.ClientCimd(
            url,
            external_client_id=url,
            description=f"Flow MCP client of {declaration.tenant.id}",
            opts=after,
        )
        for resource in declaration.reached_by(documents.access):
            grant(f"{resource.key}:{url}", client.client_id, resource, "user", permissions, opts)
