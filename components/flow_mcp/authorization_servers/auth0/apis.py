"""Creates an API (resource server) with one permission for each protected resource.

The API's identifier is the audience of tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.proofs import accepted_proofs
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client, ManualRegistration, People
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.settings import Grant

Permissions = Mapping[str, pulumi.Resource]
"""By key of the protected resource: the resource that must exist before the API's permission is granted."""


def create(declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions) -> Permissions:
    """Create the APIs. An application without a client grant cannot use them."""
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
    proofs = accepted_proofs(declaration, resource)
    return auth0.ResourceServer(
        resource.key,
        # Clients request the resource with this identifier, which is compared byte for byte.
        identifier=resource.url,
        name=names.api(declaration, resource),
        signing_alg="RS256",
        # The profile without a `permissions` claim: the scopes are limited to the person's roles already.
        token_dialect="rfc9068_profile",  # noqa: S106 the name of a format
        enforce_policies=bool(people.groups),
        allow_offline_access=server.tokens.refresh is not None,
        skip_consent_for_verifiable_first_party_clients=True,
        token_lifetime=lifetime,
        # Auth0 rejects the default of two hours if token_lifetime is shorter.
        token_lifetime_for_web=lifetime,
        subject_type_authorization={
            "client": {"policy": _policy(_has_programs(declaration, resource))},
            "user": {"policy": _policy(not people.is_empty)},
        },
        proof_of_possession={"mechanism": "dpop", "required": proofs.required} if proofs else None,
        opts=opts,
    )


def _policy(permitted: bool) -> str:
    return "require_client_grant" if permitted else "deny_all"


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
