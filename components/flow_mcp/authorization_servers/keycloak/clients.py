"""Creates the tenant's clients in the realm, each limited to the protected resources of its access list."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import enterprise, names, resources
from flow_mcp.authorization_servers.keycloak.client_properties import (
    DEFAULT_SCOPES,
    client_properties,
    default_scopes_name,
    optional_scopes_name,
)
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.scopes import ResourceScope
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant


def create(
    declaration: Declaration,
    server: Keycloak,
    realm: pulumi.Input[str],
    scopes: Mapping[str, ResourceScope],
    issuers: Mapping[str, pulumi.Output[str]],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[Mapping[str, str]]:
    """Create the declared clients, and return the generated secrets by client name as a Pulumi secret.

    Args:
        declaration: the tenant's declaration.
        server: the declared Keycloak.
        realm: name of the realm.
        scopes: the client scopes by key of the protected resource.
        issuers: aliases of the identity providers by the issuer of their tokens.
        opts: options of the resources.
    """
    secrets: dict[str, pulumi.Output[str]] = {}
    for name, declared in sorted(declaration.tenant.clients.items()):
        secret = _secret(declaration, server, name, declared, realm, opts)
        properties = client_properties(declaration, server, name, declared)
        companies = enterprise.aliases_of(declaration, name, issuers)
        client = keycloak.openid.Client(
            name,
            realm_id=realm,
            # Without it, the plugin would write back the secret in its state with another change.
            client_secret=secret,
            oauth2_jwt_authorization_grant_enabled=None if companies is None else True,
            oauth2_jwt_authorization_grant_idp=companies,
            extra_config={
                **properties.pop("extra_config"),
                **_federated(declared, issuers),
                **enterprise.attributes(declaration, name),
            },
            **properties,
            opts=opts,
        )
        refresh = (names.OFFLINE_ACCESS,) if declared.grant is Grant.AUTHORIZATION_CODE else ()
        reached = (scopes[resource.key] for resource in declaration.reached_by(declared.access))
        granted = [resource.scope for resource in reached if resource.scope]
        unasked = granted if declared.gets_scope_unasked else []
        tenant = declaration.tenant
        # Deleting such a list would take the scopes from a client that stays at the server.
        adopted = pulumi.ResourceOptions(retain_on_delete=tenant.adopts("Client", name) or None)
        scope_opts = pulumi.ResourceOptions.merge(opts, adopted)
        if not tenant.leaves("ClientDefaultScopes", default_scopes_name(name)):
            keycloak.openid.ClientDefaultScopes(
                default_scopes_name(name),
                realm_id=realm,
                client_id=client.id,
                default_scopes=[*DEFAULT_SCOPES, *unasked],
                opts=scope_opts,
            )
        if not tenant.leaves("ClientOptionalScopes", optional_scopes_name(name)):
            keycloak.openid.ClientOptionalScopes(
                optional_scopes_name(name),
                realm_id=realm,
                client_id=client.id,
                optional_scopes=[*(() if unasked else granted), *refresh],
                opts=scope_opts,
            )
        if declared.grant is Grant.CLIENT_CREDENTIALS:
            for resource in declaration.reached_by(declared.access):
                programs = scopes[resource.key].programs
                if programs:
                    keycloak.openid.ClientServiceAccountRealmRole(
                        f"{name}/{resource.key}",
                        realm_id=realm,
                        service_account_user_id=client.service_account_user_id,
                        role=programs.name,
                        opts=opts,
                    )
        if declared.authentication == "client-secret":
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
        {
            **resources.realm_inputs(server, realm),
            "client_id": declaration.client_id(name),
            "issued": declared.secret.issued,
            "previous": declared.secret.previous,
            "overlap": declared.secret.overlap,
        },
        pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on),
    ).value


def _federated(declared: Client, issuers: Mapping[str, pulumi.Output[str]]) -> dict[str, pulumi.Input[str]]:
    """Return the attributes with the token that a client authenticates with."""
    if (federated := declared.federated_credential) is None:
        return {}
    return {"jwt.credential.issuer": issuers[federated.issuer], "jwt.credential.sub": federated.subject}
