"""What our own plugin adds to Keycloak's provider, as a Pulumi program declares it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from flow_mcp.authorization_servers.discovery.resources import AuthorizationServerMetadata
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.groups import Group
from flow_mcp.authorization_servers.keycloak.scopes import admitted_groups
from flow_mcp.engine.plugin.program import PluginResource, call

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

__all__ = [
    "AuthorizationServerMetadata",
    "KeycloakClaim",
    "KeycloakClientRegistration",
    "Preflight",
    "preflight",
]


class KeycloakClaim(PluginResource):
    """A stack's claim to a tenant in a realm; it fails where another stack has one.

    Args:
        resource_name: Pulumi's name.
        url: base address of the admin API.
        admin_realm: the administrator's realm.
        admin_client_id: the client that the administrator signs in with.
        realm: the realm's name.
        owner: the tenant's mark.
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
    """Who may register clients in a realm without a login; Keycloak's policies are adopted and put back.

    Args:
        resource_name: Pulumi's name.
        url: base address of the admin API.
        admin_realm: the administrator's realm.
        admin_client_id: the client that the administrator signs in with.
        realm: the realm; it may have been made in the same run.
        owner: mark of the stack, so that two stacks do not manage one realm.
        open: whether anybody may register; then there must be redirect hosts, else no hosts, scopes, origins.
        redirect_hosts: hosts that a client's URIs may name; `localhost` and `127.0.0.1` each on its own.
        sender_hosts: hosts that registrations may come from; none: the sender's address is not checked.
        allowed_scopes: client scopes that may be asked for besides the realm's default and optional ones;
            `openid` must be among them for clients that ask for it.
        cors_origins: origins whose pages may register (Keycloak 26.5 and later).
        maximum_clients: clients in the realm, at most.
        realm_optional_scopes: client scopes that become optional ones of the realm.
        opts: Pulumi's options.
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


@dataclass(frozen=True)
class Preflight:
    """What was found before anything was registered."""

    realm_exists: bool
    claimed: bool
    version: str | None
    groups: Mapping[str, Group]


def preflight(declaration: Declaration, server: Keycloak) -> Preflight:
    """Make sure that the realm can be made as declared; nothing is changed.

    Raises:
        pulumi.RunError: one sentence on what is in the way and what to do.
    """
    found = call(
        "keycloakPreflight",
        {
            "url": server.admin_url or server.url,
            "adminRealm": server.administration.realm,
            "adminClientId": server.administration.client_id,
            "realm": server.realm.name,
            "create": server.realm.create,
            "owner": names.owner(declaration),
            "clientIds": [declaration.client_id(name) for name in sorted(declaration.tenant.clients)],
            "groups": [] if server.realm.create else sorted(admitted_groups(declaration)),
        },
    )
    groups = {
        declared: Group.model_validate(group) for declared, group in (found.get("groups") or {}).items()
    }
    return Preflight(found["realmExists"], bool(found.get("claimed")), found.get("version"), groups)
