"""The function that finds out, before anything is registered, whether a realm can be made as declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from pydantic import Field

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError, RightsError
from flow_mcp.authorization_servers.keycloak import groups
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.claim_resource import claims
from flow_mcp.authorization_servers.keycloak.groups import Group
from flow_mcp.engine.plugin.resource import Function, Properties

OLDEST_SUPPORTED = (26, 4)
"""The first version that publishes RFC 8414 metadata with the issuer's path inserted."""
OWNER_ATTRIBUTE = "flowMcpOwner"
"""Of realms and clients: the stack that made them."""
_NOBODY = "00000000-0000-0000-0000-000000000000"


class PreflightArguments(Administration):
    """What is going to be made.

    Attributes:
        realm: name of the realm.
        create: whether the stack makes the realm, or uses one that is there.
        owner: mark of the stack on what it makes, such as `flow-mcp:acme`.
        client_ids: of the clients that the stack makes.
        groups: names or paths of groups that must exist; none where the stack makes the realm.
    """

    realm: str
    create: bool
    owner: str
    client_ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class PreflightResult(Properties):
    """What was found.

    Attributes:
        realm_exists: whether the realm is there already.
        claimed: whether a stack has claimed the tenant in the realm.
        version: Keycloak's, if the administrator may know.
        groups: the groups that must exist, by name or path as declared.
    """

    realm_exists: bool
    claimed: bool = False
    version: str | None = None
    groups: dict[str, Group] = Field(default_factory=dict)


class KeycloakPreflight(Function[PreflightArguments, PreflightResult]):
    """Fails with one sentence for each thing that would stop an update half way. It changes nothing."""

    name = "keycloakPreflight"
    arguments = PreflightArguments
    result = PreflightResult

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def call(self, arguments: PreflightArguments) -> PreflightResult:
        with self._api(arguments) as api:
            version = _version(api)
            realm = _realm(api, arguments)
            if realm is None:
                _require_creator(api, arguments)
            else:
                _require_manager(api, arguments)
                _require_own(api, arguments, realm)
                _require_free_client_ids(api, arguments)
            found = groups.find(api, arguments.realm, arguments.groups)
            claimed = bool(claims(api, arguments.realm, arguments.owner))
            return PreflightResult(
                realm_exists=realm is not None, claimed=claimed, version=version, groups=found
            )


def _version(api: AdminApi) -> str | None:
    answer = api.answer("GET", "/serverinfo")
    if not answer.is_success:
        return None
    version: str | None = answer.json().get("systemInfo", {}).get("version")
    parts = re.match(r"(\d+)\.(\d+)", version or "")
    if parts and (int(parts[1]), int(parts[2])) < OLDEST_SUPPORTED:
        raise AuthorizationServerError(
            f"Keycloak at {api.url} is version {version}; "
            f"{'.'.join(map(str, OLDEST_SUPPORTED))} or newer is needed: update it."
        )
    return version


def _realm(api: AdminApi, arguments: PreflightArguments) -> dict[str, Any] | None:
    """The realm, as much of it as the administrator may see."""
    try:
        realm: dict[str, Any] | None = api.find(realm_path(arguments.realm))
    except RightsError as error:
        raise _missing_rights(api, arguments, ["any administration of it"]) from error
    if realm is None and not arguments.create:
        raise AuthorizationServerError(
            f"Keycloak at {api.url} has no realm {arguments.realm}: correct "
            "authorizationServer.keycloak.realm.name, or say create: true to have it made."
        )
    return realm


def _require_creator(api: AdminApi, arguments: PreflightArguments) -> None:
    # Keycloak checks the right before it reads the body, and this body makes no realm.
    answer = api.answer("POST", "/realms", content=b"{")
    if answer.status_code == httpx.codes.FORBIDDEN:
        raise RightsError(
            f"The administrator may not create realm {arguments.realm} at Keycloak {api.url}: give the "
            f"account the realm role create-realm in realm {arguments.admin_realm}, or use an existing realm."
        )


def _require_manager(api: AdminApi, arguments: PreflightArguments) -> None:
    """Refuse an administrator who could not finish.

    Clients say what may be done with them. For the rest, Keycloak is asked for what cannot be: it refuses for
    want of the right first, and then because there is no such component, and no group without a name.
    """
    realm = realm_path(arguments.realm)

    def missing() -> Iterator[str]:
        if _forbidden(api, "PUT", f"{realm}/components/{_NOBODY}"):
            yield "manage-realm"
        clients = api.answer("GET", f"{realm}/clients", params={"max": 1})
        if not clients.is_success or not all(client["access"]["manage"] for client in clients.json()):
            yield "manage-clients"
        if _forbidden(api, "POST", f"{realm}/groups"):
            yield "manage-users"

    if roles := list(missing()):
        raise _missing_rights(api, arguments, roles)


def _forbidden(api: AdminApi, method: str, path: str) -> bool:
    return api.answer(method, path, json={}).status_code == httpx.codes.FORBIDDEN


def _missing_rights(api: AdminApi, arguments: PreflightArguments, roles: list[str]) -> RightsError:
    return RightsError(
        f"The administrator's rights on realm {arguments.realm} at Keycloak {api.url} do not include "
        f"{', '.join(roles)}: give the account the roles manage-realm, manage-clients and manage-users of it."
    )


def _require_own(api: AdminApi, arguments: PreflightArguments, realm: dict[str, Any]) -> None:
    owner = realm.get("attributes", {}).get(OWNER_ATTRIBUTE)
    if not arguments.create and owner == arguments.owner:
        raise OwnedByOthersError(
            f"Realm {arguments.realm} at Keycloak {api.url} was made by this stack, and create: false would "
            "have Pulumi delete it with everybody in it: keep create: true, or give the realm away by "
            f"removing its attribute {OWNER_ATTRIBUTE} and the realm from the stack's state "
            "(pulumi state delete)."
        )
    if arguments.create and owner != arguments.owner:
        raise OwnedByOthersError(
            f"Realm {arguments.realm} at Keycloak {api.url} exists already and was not made by this stack: "
            "declare another name, or say create: false to use it as it is."
        )


def _require_free_client_ids(api: AdminApi, arguments: PreflightArguments) -> None:
    for client_id in arguments.client_ids:
        for client in api.get(realm_path(arguments.realm, "clients"), clientId=client_id):
            if client.get("attributes", {}).get(OWNER_ATTRIBUTE) != arguments.owner:
                raise OwnedByOthersError(
                    f"Client ID {client_id} is taken in realm {arguments.realm} at Keycloak {api.url} by a "
                    "client that this stack did not make: declare another clientId, or list the client under "
                    "manualRegistrations."
                )
