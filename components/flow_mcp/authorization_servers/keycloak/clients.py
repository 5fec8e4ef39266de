"""Creates the tenant's clients in the realm, each limited to the protected resources of its access list."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import names, resources
from flow_mcp.authorization_servers.keycloak.client_secret_resource import OVERLAP_ATTRIBUTE
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.scopes import ResourceScope
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client, PrivateKeyJwt
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant


def create(
    declaration: Declaration,
    server: Keycloak,
    realm: pulumi.Input[str],
    scopes: Mapping[str, ResourceScope],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[Mapping[str, str]]:
    """Create the declared clients, and return the generated secrets by client name as a Pulumi secret."""
    secrets: dict[str, pulumi.Output[str]] = {}
    for name, declared in sorted(declaration.tenant.clients.items()):
        secret = _secret(declaration, server, name, declared, realm, opts)
        client = _client(declaration, server, name, declared, realm, secret, opts)
        refresh = (names.OFFLINE_ACCESS,) if declared.grant is Grant.AUTHORIZATION_CODE else ()
        granted = [scopes[resource.key].scope for resource in declaration.reached_by(declared.access)]
        unasked = granted if declared.gets_scope_unasked else []
        # `basic` adds `sub`: MCP servers need no other claims.
        keycloak.openid.ClientDefaultScopes(
            f"{name}-default-scopes",
            realm_id=realm,
            client_id=client.id,
            default_scopes=["basic", *unasked],
            opts=opts,
        )
        keycloak.openid.ClientOptionalScopes(
            f"{name}-optional-scopes",
            realm_id=realm,
            client_id=client.id,
            optional_scopes=[*(() if unasked else granted), *refresh],
            opts=opts,
        )
        if declared.grant is Grant.CLIENT_CREDENTIALS:
            for resource in declaration.reached_by(declared.access):
                keycloak.openid.ClientServiceAccountRealmRole(
                    f"{name}/{resource.key}",
                    realm_id=realm,
                    service_account_user_id=client.service_account_user_id,
                    role=scopes[resource.key].programs.name,
                    opts=opts,
                )
        if declared.confidential and not declared.private_key_jwt:
            secrets[name] = client.client_secret if secret is None else secret
    return pulumi.Output.secret(combine(secrets))


def _secret(
    declaration: Declaration,
    server: Keycloak,
    name: str,
    declared: Client,
    realm: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str] | None:
    """Return the secret of a client whose declaration says when it is rotated; None otherwise."""
    if declared.secret is None:
        return None
    return resources.KeycloakClientSecret(
        f"{name}-secret",
        url=server.admin_url or server.url,
        admin_realm=server.administration.realm,
        admin_client_id=server.administration.client_id,
        # This resource needs the name without encoding. For a new realm it is known once the realm exists.
        realm=realm if server.realm.create else server.realm.name,
        client_id=declaration.client_id(name),
        issued=declared.secret.issued,
        previous=declared.secret.previous,
        overlap=declared.secret.overlap,
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on),
    ).value


def _client(
    declaration: Declaration,
    server: Keycloak,
    name: str,
    declared: Client,
    realm: pulumi.Input[str],
    secret: pulumi.Output[str] | None,
    opts: pulumi.ResourceOptions,
) -> keycloak.openid.Client:
    overlap = declared.secret.overlap if declared.secret else None
    person = declared.grant is Grant.AUTHORIZATION_CODE
    return keycloak.openid.Client(
        name,
        realm_id=realm,
        client_id=declaration.client_id(name),
        name=name,
        description=f"Flow MCP client {name} of {declaration.tenant.id}",
        enabled=True,
        access_type="CONFIDENTIAL" if declared.confidential else "PUBLIC",
        client_authenticator_type="client-jwt" if declared.private_key_jwt else "client-secret",
        # Without it, the plugin would write back the secret in its state when it changes another property.
        client_secret=secret,
        standard_flow_enabled=person,
        implicit_flow_enabled=False,
        direct_access_grants_enabled=False,
        service_accounts_enabled=not person,
        full_scope_allowed=False,
        pkce_code_challenge_method="S256" if person else "",
        valid_redirect_uris=list(declared.redirect_uris),
        web_origins=list(declared.web_origins),
        access_token_lifespan=str(seconds(server.tokens.access)),
        extra_config={
            # The settings document names this algorithm, so the realm's default must not apply.
            "access.token.signed.response.alg": "RS256",
            "flowMcpOwner": names.owner(declaration),
            **({OVERLAP_ATTRIBUTE: overlap} if overlap else {}),
            **_keys(declared.private_key_jwt),
            **({"dpop.bound.access.tokens": "true"} if declaration.binding(declared) else {}),
        },
        opts=opts,
    )


def _keys(declared: PrivateKeyJwt | None) -> dict[str, str]:
    """Return the attributes with the public key of a client that authenticates with a private key JWT."""
    if declared is None:
        return {}
    if declared.jwks_url:
        return {"use.jwks.url": "true", "jwks.url": declared.jwks_url}
    certificate = declared.certificate or ""
    body = (line for line in certificate.splitlines() if "-----" not in line)
    attributes = {"use.jwks.url": "false", "jwt.credential.certificate": "".join(body)}
    if declared.previous_certificate is None:
        return attributes
    # Imported on use only: few clients have two keys.
    from flow_mcp.authorization_servers.keycloak.key_set import key_set

    key_set_attributes = {"jwks.string": key_set(declared.previous_certificate, certificate)}
    return {**attributes, "use.jwks.string": "true", **key_set_attributes}
