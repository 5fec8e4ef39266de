"""The Keycloak resources and functions of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict

import pulumi

from flow_mcp.authorization_servers.discovery.resources import AuthorizationServerMetadata
from flow_mcp.authorization_servers.keycloak import federated_issuers, names, unset_properties
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
    "RealmInputs",
    "preflight",
    "realm_inputs",
]


class RealmInputs(TypedDict):
    """A realm and the access to its admin API: the inputs that all resources in a realm have."""

    url: pulumi.Input[str]
    """Base URL of the admin API."""
    admin_realm: pulumi.Input[str]
    """Realm of the administrator."""
    admin_client_id: pulumi.Input[str]
    """Client with which the administrator signs in."""
    realm: pulumi.Input[str]
    """Name of the realm, which may be created in the same update."""


def realm_inputs(server: Keycloak, realm: pulumi.Input[str]) -> RealmInputs:
    """Return the inputs of resources in a tenant's realm.

    Args:
        server: the declared Keycloak.
        realm: the realm as Pulumi's Keycloak provider names it.
    """
    return {
        "url": server.admin_url or server.url,
        "admin_realm": server.administration.realm,
        "admin_client_id": server.administration.client_id,
        # These resources need the name without encoding. For a new realm it is known once the realm exists.
        "realm": realm if server.realm.create else server.realm.name,
    }


class ClaimArgs(RealmInputs):
    """The inputs of a claim, which `ClaimInputs` describes."""

    owner: pulumi.Input[str]


class KeycloakClaim(PluginResource[ClaimArgs]):
    """A stack's claim to a tenant in a realm. Creating it fails if another stack has claimed the tenant."""


class ClientRegistrationArgs(RealmInputs):
    """The inputs of the policies for anonymous registration, which `RegistrationProperties` describes."""

    owner: pulumi.Input[str]
    open: pulumi.Input[bool]
    redirect_hosts: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    sender_hosts: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    allowed_scopes: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    cors_origins: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    maximum_clients: NotRequired[pulumi.Input[int]]
    realm_optional_scopes: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]


class KeycloakClientRegistration(PluginResource[ClientRegistrationArgs]):
    """The policies of a realm for anonymous registration. Delete restores the former ones."""

    realm_id: pulumi.Output[str]
    deviations: pulumi.Output[Sequence[str]]


class ClientSecretArgs(RealmInputs):
    """The inputs of a client's secret, which `ClientSecretInputs` describes."""

    client_id: pulumi.Input[str]
    issued: pulumi.Input[str] | None
    previous: pulumi.Input[str] | None
    overlap: pulumi.Input[str] | None


class KeycloakClientSecret(PluginResource[ClientSecretArgs]):
    """The secret of a client. Another day is a rotation."""

    value: pulumi.Output[str]


class IdentityProviderArgs(RealmInputs):
    """The inputs of an identity provider, which `IdentityProviderInputs` describes."""

    alias: pulumi.Input[str]
    kind: pulumi.Input[str]
    config: pulumi.Input[Mapping[str, pulumi.Input[str]]]


class KeycloakIdentityProvider(PluginResource[IdentityProviderArgs]):
    """An identity provider of a realm that only validates tokens; nobody signs in through it."""

    alias: pulumi.Output[str]


class LinkedPeopleArgs(RealmInputs):
    """The inputs of links, which `LinkedPeopleInputs` describes."""

    identity_provider: pulumi.Input[str]
    subjects: pulumi.Input[Mapping[str, pulumi.Input[str]]]


class KeycloakLinkedPeople(PluginResource[LinkedPeopleArgs]):
    """Links of users of a realm to their accounts at one identity provider."""


@dataclass(frozen=True)
class Preflight:
    """The state of the realm before the update."""

    realm_exists: bool
    claimed: bool
    version: str | None
    groups: Mapping[str, Group]
    adopted: Mapping[str, str]


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
            "adoptedObjects": unset_properties.paths(declaration),
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
    return Preflight(
        result["realmExists"],
        bool(result.get("claimed")),
        result.get("version"),
        groups,
        result.get("adopted") or {},
    )
