"""The Pulumi component of a tenant on Auth0: APIs, roles, clients, registration, tenant settings."""

from __future__ import annotations

import os
from typing import cast

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import apis, clients, credentials, roles, tenant, third_party
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.auth0.existing_objects import refusing_existing
from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.declaration.declaration import Declaration


class Auth0AuthorizationServer(AuthorizationServerComponent):
    """The APIs, roles and clients of a Flow tenant in its Auth0 tenant."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        server = cast("Auth0", declaration.server)
        credentials.check(os.environ, server.domain)
        provider = auth0.Provider(
            f"{name}-management", domain=server.domain, opts=pulumi.ResourceOptions(parent=self)
        )
        owned = pulumi.ResourceOptions(parent=self, provider=provider)
        # A missing role must end the update before anything is created.
        guarded = pulumi.ResourceOptions.merge(owned, refusing_existing(server.domain, os.environ))
        existing_roles = roles.find(declaration, server, owned)
        settings = tenant.prepare(declaration, server, owned)
        permissions = apis.create(declaration, server, guarded)
        roles.create(declaration, existing_roles, permissions, guarded)
        created = clients.create(declaration, server, permissions, guarded)
        third_party.create(declaration, server, permissions, settings, guarded)
        self.ids, self.secrets = created.ids, created.secrets
        self.register_outputs({"issuer": server.issuer})
