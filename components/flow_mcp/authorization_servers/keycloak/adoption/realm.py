"""The content of an existing realm that adoption reads, with requests that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.keycloak.admin_api import realm_path
from flow_mcp.authorization_servers.keycloak.group_paths import group_path, path_names
from flow_mcp.authorization_servers.keycloak.paged import all_pages
from flow_mcp.authorization_servers.representations import (
    Representation,
    flag,
    listed,
    mapping,
    objects,
    text,
    texts,
)

_AUDIENCE = "oidc-audience-mapper"
_HARDCODED = "oidc-hardcoded-claim-mapper"
_SERVICE_ACCOUNT = "service-account-"


class ReadApi(Protocol):
    """The requests of `AdminApi` that change nothing."""

    def find(self, path: str, **parameters: Any) -> Any:
        """Return the object at `path`; None if there is none."""


@dataclass(frozen=True)
class Realm:
    """An existing realm. Each part is read on first access.

    Attributes:
        api: the admin API.
        name: the realm's name.
    """

    api: ReadApi
    name: str

    @cached_property
    def representation(self) -> Representation | None:
        """The realm itself; None if it does not exist."""
        representation = self.api.find(realm_path(self.name))
        return representation if isinstance(representation, dict) else None

    @cached_property
    def clients(self) -> tuple[Representation, ...]:
        """All clients, by client ID.

        Raises:
            RightsError: the administrator may view none. Keycloak creates clients in every realm, and returns
                an empty list to an administrator with query-clients or query-users only.
        """
        clients = [*all_pages(self.api.find, realm_path(self.name, "clients"))]
        if not clients:
            raise self._unseen("clients")
        return tuple(sorted(clients, key=lambda client: (text(client, "clientId"), text(client, "id"))))

    @cached_property
    def scopes(self) -> Mapping[str, Representation]:
        """All client scopes for OpenID Connect, with their mappers, by name.

        Raises:
            RightsError: the administrator may view none, although clients have some.
        """
        scopes = [*listed(self.api.find(realm_path(self.name, "client-scopes")))]
        lists = ("defaultClientScopes", "optionalClientScopes")
        if not scopes and any(texts(client, key) for client in self.clients for key in lists):
            raise self._unseen("client scopes")
        return {
            text(scope, "name"): scope
            for scope in sorted(scopes, key=lambda scope: text(scope, "name"))
            if text(scope, "protocol") in ("", "openid-connect")
        }

    def _unseen(self, objects: str) -> RightsError:
        return RightsError(
            f"The administrator sees no {objects} of the realm {self.name}. Give the account the "
            "realm-management role view-clients of the realm."
        )

    def gate(self, scope: Representation) -> dict[str, str]:
        """Return the roles of which a scope requires one: the path of each in the admin API, by its name.

        The name of a client's role is `<client ID>/<role>`.
        """
        path = realm_path(self.name, "client-scopes", text(scope, "id"), "scope-mappings")
        mappings = self.api.find(path) or {}
        roles = {
            text(role, "name"): realm_path(self.name, "roles", text(role, "name"))
            for role in objects(mappings, "realmMappings")
        }
        clients = mapping(mappings, "clientMappings")
        for client_id in sorted(clients):
            client = mapping(clients, client_id)
            for role in objects(client, "mappings"):
                path = realm_path(self.name, "clients", text(client, "id"), "roles", text(role, "name"))
                roles[f"{client_id}/{text(role, 'name')}"] = path
        return dict(sorted(roles.items()))

    @cached_property
    def composite_roles(self) -> Mapping[str, str]:
        """The realm's roles that contain other roles: the path of each in the admin API, by its name."""
        roles = listed(self.api.find(realm_path(self.name, "roles")))
        names = sorted(text(role, "name") for role in roles if flag(role, "composite"))
        return {name: realm_path(self.name, "roles", name) for name in names}

    @property
    def default_role(self) -> str:
        """Name of the role that every user has."""
        role = mapping(self.representation or {}, "defaultRole")
        return text(role, "name") or f"default-roles-{self.name.lower()}"

    def contained_roles(self, role: str) -> dict[str, str]:
        """Return the roles that a role contains directly: the path of each in the admin API, by its name.

        Args:
            role: path of the role in the admin API.
        """
        client_ids = {text(client, "id"): text(client, "clientId") for client in self.clients}
        contained: dict[str, str] = {}
        for entry in listed(self.api.find(f"{role}/composites")):
            name, container = text(entry, "name"), text(entry, "containerId")
            if not flag(entry, "clientRole"):
                contained[name] = realm_path(self.name, "roles", name)
            elif container in client_ids:
                path = realm_path(self.name, "clients", container, "roles", name)
                contained[f"{client_ids[container]}/{name}"] = path
        return dict(sorted(contained.items()))

    def groups_of(self, role: str) -> tuple[str, ...]:
        """Return the paths of the groups to which a role is assigned directly, sorted.

        Args:
            role: path of the role in the admin API.
        """
        names = (path_names(text(group, "path")) for group in all_pages(self.api.find, f"{role}/groups"))
        return tuple(sorted(group_path(path) for path in names if path and all(path)))

    def has_people(self, role: str) -> bool:
        """Return whether a role is assigned to people directly, not through a group.

        Args:
            role: path of the role in the admin API.
        """
        users = (text(user, "username") for user in all_pages(self.api.find, f"{role}/users"))
        return any(not name.startswith(_SERVICE_ACCOUNT) for name in users)

    def roles_of_service_account(self, client: Representation) -> tuple[str, ...]:
        """Return the roles that a client's service account has directly, sorted."""
        user = self.api.find(realm_path(self.name, "clients", text(client, "id"), "service-account-user"))
        if not isinstance(user, dict) or not text(user, "id"):
            return ()
        roles = self.api.find(realm_path(self.name, "users", text(user, "id"), "role-mappings")) or {}
        realm_roles = (text(role, "name") for role in objects(roles, "realmMappings"))
        clients = mapping(roles, "clientMappings")
        client_roles = (
            f"{name}/{text(role, 'name')}"
            for name in sorted(clients)
            for role in objects(mapping(clients, name), "mappings")
        )
        return tuple(sorted((*realm_roles, *client_roles)))


def audiences(mappers: tuple[Representation, ...]) -> dict[str, Representation]:
    """Return the audiences that mappers add to access tokens, with the mapper that adds each."""
    added: dict[str, Representation] = {}
    for mapper in sorted(mappers, key=lambda mapper: (text(mapper, "name"), text(mapper, "id"))):
        config = mapping(mapper, "config")
        if not flag(config, "access.token.claim"):
            continue
        values: tuple[str, ...] = ()
        if text(mapper, "protocolMapper") == _AUDIENCE:
            values = (text(config, "included.custom.audience"), text(config, "included.client.audience"))
        elif text(mapper, "protocolMapper") == _HARDCODED and text(config, "claim.name") == "aud":
            values = (text(config, "claim.value"),)
        for value in filter(None, values):
            added.setdefault(value, mapper)
    return added


def is_audience_mapper(mapper: Representation) -> bool:
    """Return whether a mapper is of the kind that the stack creates for an audience."""
    return text(mapper, "protocolMapper") == _AUDIENCE
