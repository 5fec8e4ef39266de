"""Creates an API (resource server) with one permission for each protected resource.

The API's identifier is the audience of tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0.api_properties import api_properties, scopes_properties
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.declaration.declaration import Declaration

Permissions = Mapping[str, pulumi.Resource]
"""By key of the protected resource: the resource that must exist before the API's permission is granted.

A resource without an entry has an API that the stack does not create or manage yet.
"""


def create(declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions) -> Permissions:
    """Create the APIs. An application without a client grant cannot use them."""
    permissions: dict[str, pulumi.Resource] = {}
    for resource in declaration.resources:
        if declaration.tenant.leaves("ResourceServer", resource.key):
            continue
        api = auth0.ResourceServer(resource.key, **api_properties(declaration, server, resource), opts=opts)
        if declaration.tenant.leaves("ResourceServerScopes", f"{resource.key}-scopes"):
            continue
        permissions[resource.key] = auth0.ResourceServerScopes(
            f"{resource.key}-scopes",
            resource_server_identifier=api.identifier,
            **scopes_properties(resource),
            opts=opts,
        )
    return permissions


def after_permission(
    permissions: Permissions, key: str, opts: pulumi.ResourceOptions
) -> pulumi.ResourceOptions:
    """Return options with a dependency on an API's permission, to which no input of a grant refers."""
    required = [permissions[key]] if key in permissions else []
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=required))
