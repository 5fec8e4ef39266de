"""Creates the tenant's clients at Auth0, each with client grants for the resources of its access list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import resources
from flow_mcp.authorization_servers.auth0.api_properties import grant_properties, subject_of
from flow_mcp.authorization_servers.auth0.apis import Permissions, after_permission
from flow_mcp.authorization_servers.auth0.client_properties import authentication_method, client_properties
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.declaration.clients import Client, PrivateKeyJwt
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


@dataclass(frozen=True)
class CreatedClients:
    """The client IDs and secrets that Auth0 assigned, by client name."""

    ids: pulumi.Output[Mapping[str, str]]
    secrets: pulumi.Output[Mapping[str, str]]


def create(
    declaration: Declaration, server: Auth0, permissions: Permissions, opts: pulumi.ResourceOptions
) -> CreatedClients:
    """Create the declared clients, their credentials and their client grants."""
    ids: dict[str, pulumi.Output[str]] = {}
    secrets: dict[str, pulumi.Output[str]] = {}
    for name, declared in sorted(declaration.tenant.clients.items()):
        properties = client_properties(declaration, server, name, declared)
        client = auth0.Client(name, **properties, opts=opts)
        ids[name] = client.client_id
        credentials = _credentials(name, declared, client, opts)
        if declared.confidential and not declared.private_key_jwt:
            secrets[name] = _secret(name, server, declared, client, credentials, opts)
        for resource in declaration.reached_by(declared.access):
            grant_name = f"{name}/{resource.key}"
            if not declaration.tenant.leaves("ClientGrant", grant_name):
                grant(grant_name, client.client_id, resource, subject_of(declared), permissions, opts)
    return CreatedClients(combine(ids), pulumi.Output.secret(combine(secrets)))


def grant(
    name: str,
    client_id: pulumi.Input[str] | None,
    resource: ResourceDeclared,
    subject: str,
    permissions: Permissions,
    opts: pulumi.ResourceOptions,
) -> None:
    """Create a client grant for a resource's API.

    Args:
        name: name of the Pulumi resource.
        client_id: the client; None for the default grant of all third-party clients.
        resource: the protected resource.
        subject: `user` for tokens on behalf of a person, `client` for tokens of a program.
        permissions: the resources of the APIs' permissions, by key of the protected resource.
        opts: options of the Pulumi resource.
    """
    auth0.ClientGrant(
        name,
        client_id=client_id,
        default_for="third_party_clients" if client_id is None else None,
        **grant_properties(resource, subject),
        # Auth0 rejects a grant of a scope that does not exist yet.
        opts=after_permission(permissions, resource.key, opts),
    )


def _credentials(
    name: str, declared: Client, client: auth0.Client, opts: pulumi.ResourceOptions
) -> auth0.ClientCredentials:
    if declared.private_key_jwt:
        return auth0.ClientCredentials(
            f"{name}-credentials",
            client_id=client.client_id,
            authentication_method=authentication_method(declared),
            private_key_jwt={
                "credentials": [
                    {
                        "name": name,
                        "credential_type": "public_key",
                        "algorithm": "RS256",
                        "pem": pem.strip(),
                    }
                    for pem in _pems(declared.private_key_jwt)
                ]
            },
            opts=opts,
        )
    return auth0.ClientCredentials(
        f"{name}-credentials",
        client_id=client.client_id,
        authentication_method=authentication_method(declared),
        opts=opts,
    )


def _secret(
    name: str,
    server: Auth0,
    declared: Client,
    client: auth0.Client,
    credentials: auth0.ClientCredentials,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    if declared.secret is None:
        return credentials.client_secret.apply(partial(_required_secret, name))
    return resources.Auth0ClientSecret(
        f"{name}-secret",
        {"domain": server.domain, "client_id": client.client_id, "issued": declared.secret.issued},
        pulumi.ResourceOptions(parent=opts.parent, depends_on=[credentials]),
    ).value


def _pems(declared: PrivateKeyJwt) -> list[str]:
    """Return the client's public keys, the previous one first. Auth0 accepts assertions of two keys."""
    return [pem for pem in (declared.previous_certificate, declared.certificate) if pem]


def _required_secret(name: str, secret: str) -> str:
    if not secret:
        raise pulumi.RunError(
            f"Auth0 created a secret for the client {name} but did not return it: the administrator's "
            "application lacks read:client_keys. Grant that permission, then run pulumi up --refresh."
        )
    return secret
