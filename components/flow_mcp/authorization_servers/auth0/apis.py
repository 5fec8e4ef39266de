"""One API (resource server) per protected resource, with its permission: what gives tokens their audience."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client, ManualRegistration, People
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.settings import Grant

Permissions = Mapping[str, pulumi.Resource]
"""By protected resource's key: what must exist before the API's permission can be granted."""


def create(declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions) -> Permissions:
    """Create the APIs, closed to every application without a grant."""
    permissions: dict[str, pulumi.Resource] = {}
    for resource in declaration.resources:
        people = admitted(declaration, resource)
        api = _api(declaration, server, resource, people, opts)
        permissions[resource.key] = auth0.ResourceServerScopes(
            f"{resource.key}-scopes",
            resource_server_identifier=api.identifier,
            scopes=[
                {
                    "name": names.SCOPE,
                    "description": f"Use the MCP server of workspace {resource.workspace}, "
                    f"{resource.environment}",
                }
            ],
            opts=opts,
        )
    return permissions


def _api(
    declaration: Declaration,
    server: Auth0,
    resource: ResourceDeclared,
    people: People,
    opts: pulumi.ResourceOptions,
) -> auth0.ResourceServer:
    lifetime = seconds(server.tokens.access)
    return auth0.ResourceServer(
        resource.key,
        # Clients ask for the resource by this, byte for byte.
        identifier=resource.url,
        name=names.api(declaration, resource),
        signing_alg="RS256",
        # Without permissions in the token: its scopes are already those that the person's roles allow.
        token_dialect="rfc9068_profile",  # noqa: S106 the name of a format
        enforce_policies=bool(people.groups),
        allow_offline_access=server.tokens.refresh is not None,
        skip_consent_for_verifiable_first_party_clients=True,
        token_lifetime=lifetime,
        # Its default of two hours would be refused beside a shorter token_lifetime.
        token_lifetime_for_web=lifetime,
        subject_type_authorization={
            "client": {"policy": _policy(_has_programs(declaration, resource))},
            "user": {"policy": _policy(not people.is_empty)},
        },
        opts=opts,
    )


def _policy(somebody: bool) -> str:
    return "require_client_grant" if somebody else "deny_all"


def _has_programs(declaration: Declaration, resource: ResourceDeclared) -> bool:
    tenant = declaration.tenant
    registered: list[Client | ManualRegistration] = [
        *tenant.clients.values(),
        *tenant.manual_registrations.values(),
    ]
    return any(
        client.grant is Grant.CLIENT_CREDENTIALS and resource in declaration.reached_by(client.access)
        for client in registered
    )
