"""Creates the tenant's clients at Auth0, each with client grants for the resources of its access list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_auth0 as auth0

from flow_mcp.authorization_servers.auth0 import names, resources
from flow_mcp.authorization_servers.auth0.apis import Permissions
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client, PrivateKeyJwt
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.settings import Grant


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
        client = _client(declaration, server, name, declared, opts)
        ids[name] = client.client_id
        credentials = _credentials(name, declared, client, opts)
        if declared.confidential and not declared.private_key_jwt:
            secrets[name] = _secret(name, server, declared, client, credentials, opts)
        subject = "user" if declared.grant is Grant.AUTHORIZATION_CODE else "client"
        for resource in declaration.reached_by(declared.access):
            grant(f"{name}/{resource.key}", client.client_id, resource, subject, permissions, opts)
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
        audience=resource.url,
        scopes=[names.SCOPE],
        subject_type=subject,
        # Auth0 rejects a grant of a scope that does not exist yet, and no input of the grant refers to it.
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[permissions[resource.key]])
        ),
    )


def _client(
    declaration: Declaration, server: Auth0, name: str, declared: Client, opts: pulumi.ResourceOptions
) -> auth0.Client:
    person = declared.grant is Grant.AUTHORIZATION_CODE
    refresh = server.tokens.refresh if person else None
    return auth0.Client(
        name,
        name=declaration.client_id(name),
        description=f"Flow MCP client {name} of {declaration.tenant.id}",
        app_type=_app_type(declared),
        is_first_party=True,
        oidc_conformant=True,
        grant_types=["authorization_code", *(["refresh_token"] if refresh else [])]
        if person
        else ["client_credentials"],
        # Set even if empty, because the plugin keeps the former values of an absent property.
        callbacks=list(declared.redirect_uris),
        web_origins=list(declared.web_origins),
        allowed_origins=list(declared.web_origins),
        jwt_configuration={"alg": "RS256"},
        refresh_token={
            "rotation_type": "rotating",
            "expiration_type": "expiring",
            "token_lifetime": seconds(refresh.lifetime),
            "idle_token_lifetime": seconds(refresh.idle),
            "infinite_token_lifetime": False,
            "infinite_idle_token_lifetime": False,
            "leeway": 0,
        }
        if refresh
        else None,
        require_proof_of_possession=True if declaration.binding(declared) else None,
        client_metadata={"flow_mcp_owner": names.owner(declaration)},
        opts=opts,
    )


def _app_type(declared: Client) -> str:
    if declared.grant is Grant.CLIENT_CREDENTIALS:
        return "non_interactive"
    if declared.confidential:
        return "regular_web"
    return "spa" if declared.web_origins else "native"


def _credentials(
    name: str, declared: Client, client: auth0.Client, opts: pulumi.ResourceOptions
) -> auth0.ClientCredentials:
    if declared.private_key_jwt:
        return auth0.ClientCredentials(
            f"{name}-credentials",
            client_id=client.client_id,
            authentication_method="private_key_jwt",
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
        authentication_method="client_secret_basic" if declared.confidential else "none",
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
        domain=server.domain,
        client_id=client.client_id,
        issued=declared.secret.issued,
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[credentials]),
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
