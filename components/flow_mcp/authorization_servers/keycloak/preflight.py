"""The plugin function that checks, before any change, whether a realm can be set up as declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from pydantic import Field

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError, RightsError
from flow_mcp.authorization_servers.keycloak import groups, server_features
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.claim_resource import find_claims
from flow_mcp.authorization_servers.keycloak.group_paths import Group
from flow_mcp.authorization_servers.keycloak.names import OWNER_ATTRIBUTE
from flow_mcp.authorization_servers.keycloak.unset_properties import without_secrets
from flow_mcp.engine.plugin.resource import Function, Properties

OLDEST_SUPPORTED = (26, 4)
"""The first version that publishes RFC 8414 metadata with the issuer's path inserted."""
_NOBODY = "00000000-0000-0000-0000-000000000000"


class PreflightArguments(Administration):
    """The objects that the stack will create or use.

    Attributes:
        realm: name of the realm.
        create: whether the stack creates the realm or uses an existing one.
        owner: value of the owner attribute of the stack's objects, such as `flow-mcp:acme`.
        client_ids: client IDs of the clients that the stack creates.
        keeps_previous_secrets: whether Keycloak must keep previous secrets of clients during an overlap.
        groups: names or paths of the groups that must exist; empty if the stack creates the realm.
        features: features that the server must have enabled, as `--features` takes them.
        identity_providers: aliases of the identity providers that the stack creates, by issuer.
        adopted: Keycloak's IDs of the existing clients that the stack takes over, by client ID.
        adopted_objects: paths below the realm of the objects that the stack takes over, by resource.
    """

    realm: str
    create: bool
    owner: str
    client_ids: tuple[str, ...] = ()
    keeps_previous_secrets: bool = False
    groups: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    identity_providers: dict[str, str] = Field(default_factory=dict)
    adopted: dict[str, str] = Field(default_factory=dict)
    adopted_objects: dict[str, str] = Field(default_factory=dict)


class PreflightResult(Properties):
    """The state of the realm before the update.

    Attributes:
        realm_exists: whether the realm exists.
        claimed: whether a stack has claimed the tenant in the realm.
        version: Keycloak's version; None if the administrator may not read it.
        groups: the required groups by declared name or path.
        adopted: the JSON of the objects that the stack takes over, without secrets, by resource.
    """

    realm_exists: bool
    claimed: bool = False
    version: str | None = None
    groups: dict[str, Group] = Field(default_factory=dict)
    adopted: dict[str, str] = Field(default_factory=dict)


class KeycloakPreflight(Function[PreflightArguments, PreflightResult]):
    """Raises an error for the first problem that would interrupt an update. It changes nothing."""

    name = "keycloakPreflight"
    arguments = PreflightArguments
    result = PreflightResult

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def call(self, arguments: PreflightArguments) -> PreflightResult:
        with self._api(arguments) as api:
            server = _server(api)
            version = _version(api, server, arguments)
            server_features.require(api, server, arguments.features)
            realm = _realm(api, arguments)
            if realm is None:
                _require_creator(api, arguments)
            else:
                _require_manager(api, arguments)
                _require_own(api, arguments, realm)
                _require_free_client_ids(api, arguments)
                server_features.require_free_issuers(api, arguments.realm, arguments.identity_providers)
            existing_groups = groups.find(api, arguments.realm, arguments.groups)
            return PreflightResult(
                realm_exists=realm is not None,
                claimed=bool(find_claims(api, arguments.realm, arguments.owner)),
                version=version,
                groups=existing_groups,
                adopted=_adopted(api, arguments),
            )


def _adopted(api: AdminApi, arguments: PreflightArguments) -> dict[str, str]:
    realm = realm_path(arguments.realm)
    objects = {resource: api.find(f"{realm}/{path}") for resource, path in arguments.adopted_objects.items()}
    return {resource: without_secrets(found) for resource, found in objects.items() if found is not None}


def _server(api: AdminApi) -> dict[str, Any]:
    """Return the server's description; empty if the administrator may not read it."""
    answer = api.answer("GET", "/serverinfo")
    description: dict[str, Any] = answer.json() if answer.is_success else {}
    return description


def _version(api: AdminApi, information: dict[str, Any], arguments: PreflightArguments) -> str | None:
    version: str | None = information.get("systemInfo", {}).get("version")
    parts = re.match(r"(\d+)\.(\d+)", version or "")
    if parts and (int(parts[1]), int(parts[2])) < OLDEST_SUPPORTED:
        raise AuthorizationServerError(
            f"Keycloak at {api.url} has version {version}. "
            f"Update it to {'.'.join(map(str, OLDEST_SUPPORTED))} or later."
        )
    if (
        information
        and arguments.keeps_previous_secrets
        and not _is_enabled(information, "CLIENT_SECRET_ROTATION")
    ):
        raise AuthorizationServerError(
            f"Keycloak at {api.url} cannot keep previous client secrets, which the declaration requires with "
            "secret.overlap. Start it with --features=client-secret-rotation (a preview feature), or remove "
            "overlap: a rotation then ends the previous secret at once."
        )
    return version


def _is_enabled(information: dict[str, Any], feature: str) -> bool:
    return any(
        enabled.get("name") == feature and enabled.get("enabled")
        for enabled in information.get("features") or ()
    )


def _realm(api: AdminApi, arguments: PreflightArguments) -> dict[str, Any] | None:
    """Return the properties of the realm that the administrator may read; None if there is no such realm."""
    try:
        realm: dict[str, Any] | None = api.find(realm_path(arguments.realm))
    except RightsError as error:
        raise _missing_rights(api, arguments, ["every role"]) from error
    if realm is None and not arguments.create:
        raise AuthorizationServerError(
            f"Keycloak at {api.url} has no realm {arguments.realm}. Correct "
            "authorizationServer.keycloak.realm.name, or set create: true so that the stack creates it."
        )
    return realm


def _require_creator(api: AdminApi, arguments: PreflightArguments) -> None:
    # Keycloak checks the permission before it parses the body. This body is invalid, so no realm is created.
    answer = api.answer("POST", "/realms", content=b"{")
    if answer.status_code == httpx.codes.FORBIDDEN:
        raise RightsError(
            f"The administrator may not create realm {arguments.realm} at Keycloak {api.url}. Give the "
            f"account the realm role create-realm in realm {arguments.admin_realm}, or use an existing realm."
        )


def _require_manager(api: AdminApi, arguments: PreflightArguments) -> None:
    """Raise if the administrator lacks a role that the update needs.

    The representation of a client lists the administrator's permissions. The other two roles are probed with
    requests that change nothing, for a component that does not exist and a group without a name: Keycloak
    checks the permission before it rejects them. The role for identity providers is probed in the same way.
    """
    realm = realm_path(arguments.realm)

    def missing() -> Iterator[str]:
        if _forbidden(api, "PUT", f"{realm}/components/{_NOBODY}"):
            yield "manage-realm"
        clients = api.answer("GET", f"{realm}/clients", params={"max": 1})
        # Every realm has clients. With query-clients only, Keycloak returns an empty list.
        listed = clients.json() if clients.is_success else []
        if not listed or not all(client["access"]["manage"] for client in listed):
            yield "manage-clients"
        if _forbidden(api, "POST", f"{realm}/groups"):
            yield "manage-users"
        providers = f"{realm}/identity-provider/instances/{_NOBODY}"
        if arguments.identity_providers and _forbidden(api, "PUT", providers):
            yield "manage-identity-providers"

    if roles := list(missing()):
        raise _missing_rights(api, arguments, roles)


def _forbidden(api: AdminApi, method: str, path: str) -> bool:
    return api.answer(method, path, json={}).status_code == httpx.codes.FORBIDDEN


def _missing_rights(api: AdminApi, arguments: PreflightArguments, roles: list[str]) -> RightsError:
    needed = "manage-realm, manage-clients and manage-users"
    if arguments.identity_providers:
        needed = "manage-realm, manage-clients, manage-users and manage-identity-providers"
    return RightsError(
        f"The administrator lacks {', '.join(roles)} on realm {arguments.realm} at Keycloak {api.url}. "
        f"Give the account the realm's roles {needed}."
    )


def _require_own(api: AdminApi, arguments: PreflightArguments, realm: dict[str, Any]) -> None:
    owner = realm.get("attributes", {}).get(OWNER_ATTRIBUTE)
    if not arguments.create and owner == arguments.owner:
        raise OwnedByOthersError(
            f"This stack created realm {arguments.realm} at Keycloak {api.url}; with create: false, Pulumi "
            "would delete it with all its users. Keep create: true. To release the realm from the stack, "
            f"remove its attribute {OWNER_ATTRIBUTE} and delete it from the state (pulumi state delete)."
        )
    if arguments.create and owner != arguments.owner:
        raise OwnedByOthersError(
            f"Realm {arguments.realm} at Keycloak {api.url} exists and was not created by this stack. "
            "Declare another name, or set create: false to use the existing realm."
        )


def _require_free_client_ids(api: AdminApi, arguments: PreflightArguments) -> None:
    for client_id in arguments.client_ids:
        for client in api.get(realm_path(arguments.realm, "clients"), clientId=client_id):
            owner = client.get("attributes", {}).get(OWNER_ATTRIBUTE)
            is_adopted = owner is None and arguments.adopted.get(client_id) == client["id"]
            if owner != arguments.owner and not is_adopted:
                raise OwnedByOthersError(
                    f"Client ID {client_id} is taken in realm {arguments.realm} at Keycloak {api.url} by a "
                    "client that this stack did not create. Declare another clientId, list the client under "
                    "manualRegistrations, or take it over with `flow-mcp adopt`."
                )
