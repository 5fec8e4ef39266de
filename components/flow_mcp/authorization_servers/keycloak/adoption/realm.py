"""The content of an existing realm that adoption reads, with requests that change nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from flow_mcp.authorization_servers.keycloak.admin_api import realm_path
from flow_mcp.authorization_servers.keycloak.group_paths import group_path, path_names
from flow_mcp.authorization_servers.representations import (
    Representation,
    flag,
    listed,
    mapping,
    objects,
    text,
)

_AUDIENCE = "oidc-audience-mapper"
_HARDCODED = "oidc-hardcoded-claim-mapper"


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
        """All clients, by client ID."""
        clients = listed(self.api.find(realm_path(self.name, "clients")))
        return tuple(sorted(clients, key=lambda client: (text(client, "clientId"), text(client, "id"))))

    @cached_property
    def scopes(self) -> Mapping[str, Representation]:
        """All client scopes for OpenID Connect, with their mappers, by name."""
        scopes = listed(self.api.find(realm_path(self.name, "client-scopes")))
        return {
            text(scope, "name"): scope
            for scope in sorted(scopes, key=lambda scope: text(scope, "name"))
            if text(scope, "protocol") in ("", "openid-connect")
        }

    def gate(self, scope: Representation) -> tuple[str, ...]:
        """Return the names of the realm roles of which a scope requires one, sorted.

        A role of a client is `<client ID>/<role>`.
        """
        path = realm_path(self.name, "client-scopes", text(scope, "id"), "scope-mappings")
        mappings = self.api.find(path) or {}
        realm_roles = (text(role, "name") for role in objects(mappings, "realmMappings"))
        clients = mapping(mappings, "clientMappings")
        client_roles = (
            f"{client}/{text(role, 'name')}"
            for client in sorted(clients)
            for role in objects(mapping(clients, client), "mappings")
        )
        return tuple(sorted((*realm_roles, *client_roles)))

    def groups_of(self, role: str) -> tuple[str, ...]:
        """Return the paths of the groups to which a realm role is assigned directly, sorted."""
        groups = listed(self.api.find(realm_path(self.name, "roles", role, "groups"), max=1000))
        names = (path_names(text(group, "path")) for group in groups)
        return tuple(sorted(group_path(path) for path in names if path and all(path)))

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
