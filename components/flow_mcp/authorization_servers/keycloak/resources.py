"""The Keycloak resources and functions of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from flow_mcp.authorization_servers.discovery.resources import AuthorizationServerMetadata
from flow_mcp.authorization_servers.keycloak import federated_issuers, names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.group_paths import Group
from flow_mcp.authorization_servers.keycloak.scopes import admitted_groups
from flow_mcp.authorization_servers.keycloak.secret_rotation import overlaps
from flow_mcp.engine.plugin.program import PluginResource, call

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

__all__ = [
    "AuthorizationServerMetadata",
    "KeycloakClaim",
    "KeycloakClientRegistration",
    "KeycloakClientSecret",
    "KeycloakIdentityProvider",
    "KeycloakLinkedPeople",
    "Preflight",
    "preflight",
]


class KeycloakClaim(PluginResource):
    """A stack's claim to a tenant in a realm. Creating it fails if another stack has claimed the tenant.

    Args:
        resource_name: Pulumi's name.
        url: base URL of the admin API.
        admin_realm: realm of the administrator.
        admin_client_id: client with which the administrator signs in.
        realm: name of the realm.
        owner: owner mark of the tenant, such as `flow-mcp:acme`.
        opts: Pulumi's options.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        admin_realm: pulumi.Input[str],
        admin_client_id: pulumi.Input[str],
        realm: pulumi.Input[str],
        owner: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"url": url, "admin_realm": admin_realm, "admin_client_id": admin_client_id}
        super().__init__(resource_name, {**inputs, "realm": realm, "owner": owner}, opts)


class KeycloakClientRegistration(PluginResource):
    """The policies of a realm for anonymous registration. Delete restores the former ones.

    Args:
        resource_name: name of the Pulumi resource.
        url: base URL of the admin API.
        admin_realm: the administrator's realm.
        admin_client_id: the client with which the administrator signs in.
        realm: name of the realm, which may be created in the same update.
        owner: the stack that owns the policies; it prevents two stacks from managing one realm.
        open: whether clients may register. True requires redirect hosts; False excludes hosts, scopes and
            origins.
        redirect_hosts: hosts that a client's URIs may have; list `localhost` and `127.0.0.1` separately.
        sender_hosts: hosts from which clients may register; empty: the sender's address is not checked.
        allowed_scopes: client scopes that clients may request in addition to the realm's default and optional
            scopes; it must contain `openid` for clients that request it.
        cors_origins: origins whose pages may register clients (Keycloak 26.5 and later).
        maximum_clients: maximum number of clients in the realm.
        realm_optional_scopes: client scopes that become optional scopes of the realm.
        opts: options of the Pulumi resource.
    """

    realm_id: pulumi.Output[str]
    deviations: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        admin_realm: pulumi.Input[str],
        admin_client_id: pulumi.Input[str],
        realm: pulumi.Input[str],
        owner: pulumi.Input[str],
        open: pulumi.Input[bool],  # noqa: A002 the property's name
        redirect_hosts: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        sender_hosts: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        allowed_scopes: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        cors_origins: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        maximum_clients: pulumi.Input[int] = 200,
        realm_optional_scopes: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            resource_name,
            {
                "url": url,
                "admin_realm": admin_realm,
                "admin_client_id": admin_client_id,
                "realm": realm,
                "owner": owner,
                "open": open,
                "redirect_hosts": redirect_hosts,
                "sender_hosts": sender_hosts,
                "allowed_scopes": allowed_scopes,
                "cors_origins": cors_origins,
                "maximum_clients": maximum_clients,
                "realm_optional_scopes": realm_optional_scopes,
            },
            opts,
        )


class KeycloakClientSecret(PluginResource):
    """The secret of a client. Another day is a rotation.

    Args:
        resource_name: name of the Pulumi resource.
        url: base URL of the admin API.
        admin_realm: the administrator's realm.
        admin_client_id: the client with which the administrator signs in.
        realm: name of the realm.
        client_id: client ID of the client.
        issued: day of the secret.
        previous: day of the previous secret while it must stay valid.
        overlap: how long Keycloak keeps the previous secret.
        opts: options of the Pulumi resource.
    """

    value: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        admin_realm: pulumi.Input[str],
        admin_client_id: pulumi.Input[str],
        realm: pulumi.Input[str],
        client_id: pulumi.Input[str],
        issued: pulumi.Input[str] | None = None,
        previous: pulumi.Input[str] | None = None,
        overlap: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"url": url, "admin_realm": admin_realm, "admin_client_id": admin_client_id, "realm": realm}
        rotation = {"client_id": client_id, "issued": issued, "previous": previous, "overlap": overlap}
        super().__init__(resource_name, {**inputs, **rotation}, opts)


class KeycloakIdentityProvider(PluginResource):
    """An identity provider of a realm that only validates tokens; nobody signs in through it.

    Args:
        resource_name: Pulumi's name.
        url: base URL of the admin API.
        admin_realm: realm of the administrator.
        admin_client_id: client with which the administrator signs in.
        realm: name of the realm.
        alias: its name in the realm.
        kind: Keycloak's type of identity provider, such as `jwt-authorization-grant`.
        config: its settings, by Keycloak's names.
        opts: Pulumi's options.
    """

    alias: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        admin_realm: pulumi.Input[str],
        admin_client_id: pulumi.Input[str],
        realm: pulumi.Input[str],
        alias: pulumi.Input[str],
        kind: pulumi.Input[str],
        config: pulumi.Input[Mapping[str, pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"url": url, "admin_realm": admin_realm, "admin_client_id": admin_client_id, "realm": realm}
        super().__init__(resource_name, {**inputs, "alias": alias, "kind": kind, "config": config}, opts)


class KeycloakLinkedPeople(PluginResource):
    """Links of users of a realm to their accounts at one identity provider.

    Args:
        resource_name: Pulumi's name.
        url: base URL of the admin API.
        admin_realm: realm of the administrator.
        admin_client_id: client with which the administrator signs in.
        realm: name of the realm.
        identity_provider: alias of the identity provider.
        subjects: `sub` at the identity provider by user name in the realm.
        opts: Pulumi's options.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        admin_realm: pulumi.Input[str],
        admin_client_id: pulumi.Input[str],
        realm: pulumi.Input[str],
        identity_provider: pulumi.Input[str],
        subjects: pulumi.Input[Mapping[str, pulumi.Input[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        inputs = {"url": url, "admin_realm": admin_realm, "admin_client_id": admin_client_id, "realm": realm}
        links = {"identity_provider": identity_provider, "subjects": subjects}
        super().__init__(resource_name, {**inputs, **links}, opts)


@dataclass(frozen=True)
class Preflight:
    """The state of the realm before the update."""

    realm_exists: bool
    claimed: bool
    version: str | None
    groups: Mapping[str, Group]


def preflight(declaration: Declaration, server: Keycloak) -> Preflight:
    """Check that the realm can be set up as declared, and return its present state. Nothing is changed.

    Raises:
        pulumi.RunError: the realm cannot be set up; the message names the reason and the remedy.
    """
    result = call(
        "keycloakPreflight",
        {
            "url": server.admin_url or server.url,
            "adminRealm": server.administration.realm,
            "adminClientId": server.administration.client_id,
            "realm": server.realm.name,
            "create": server.realm.create,
            "owner": names.owner(declaration),
            "clientIds": [declaration.client_id(name) for name in sorted(declaration.tenant.clients)],
            "adopted": {
                declaration.client_id(name): adopted.id.rpartition("/")[2]
                for name in sorted(declaration.tenant.clients)
                if (adopted := (declaration.tenant.adopted or {}).get(f"Client/{name}")) and adopted.id
            },
            "keepsPreviousSecrets": bool(overlaps(declaration)),
            "groups": [] if server.realm.create else sorted(admitted_groups(declaration)),
            "features": federated_issuers.features(declaration),
            "identityProviders": {
                issuer: names.identity_provider(declaration, issuer)
                for issuer in federated_issuers.issuers(declaration)
            },
        },
    )
    groups = {
        declared: Group.model_validate(group) for declared, group in (result.get("groups") or {}).items()
    }
    return Preflight(result["realmExists"], bool(result.get("claimed")), result.get("version"), groups)
