"""A realm as the admin API returns it, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.paged import all_pages
from flow_mcp.authorization_servers.keycloak.registration_policies import PROVIDER_TYPE

Representation = Mapping[str, Any]
"""An object of the admin API (Keycloak 26, Admin REST API reference)."""

MAX_MEMBERS = 20
"""Maximum number of users of a role that are listed; a larger number is reported."""


@dataclass(frozen=True)
class Realm:
    """The content of a realm. Each part is read on first access.

    Attributes:
        api: Keycloak's admin API.
        name: the realm's name.
    """

    api: AdminApi
    name: str

    @cached_property
    def representation(self) -> Representation | None:
        """The realm itself; None if it does not exist."""
        representation: Representation | None = self.api.find(realm_path(self.name))
        return representation

    @cached_property
    def clients(self) -> Sequence[Representation]:
        """All clients, by client ID."""
        clients = all_pages(self.api.get, realm_path(self.name, "clients"))
        return sorted(clients, key=lambda client: str(client["clientId"]))

    @cached_property
    def scopes(self) -> Sequence[Representation]:
        """All client scopes, with their mappers, by name."""
        return sorted(self._read("client-scopes"), key=lambda scope: str(scope["name"]))

    @cached_property
    def roles(self) -> Sequence[Representation]:
        """All realm roles, by name."""
        return sorted(self._read("roles"), key=lambda role: str(role["name"]))

    @cached_property
    def registration_policies(self) -> Sequence[Representation]:
        """All client registration policies, by name."""
        components = self._read("components", type=PROVIDER_TYPE)
        return sorted(components, key=lambda policy: (str(policy["name"]), str(policy.get("subType"))))

    @cached_property
    def client_policies(self) -> Sequence[Representation]:
        """The realm's client policies, by name."""
        policies = self.api.get(realm_path(self.name, "client-policies", "policies")).get("policies")
        return sorted(policies or (), key=lambda policy: str(policy["name"]))

    @cached_property
    def initial_access_tokens(self) -> Sequence[Representation]:
        """All initial access tokens, by ID."""
        return sorted(self._read("clients-initial-access"), key=lambda token: str(token["id"]))

    @cached_property
    def identity_providers(self) -> Sequence[Representation]:
        """All identity providers, by alias."""
        providers = self._read("identity-provider", "instances")
        return sorted(providers, key=lambda provider: str(provider["alias"]))

    def mappers_of_provider(self, alias: str) -> Sequence[Representation]:
        """Return the mappers of an identity provider, by name."""
        mappers = self._read("identity-provider", "instances", alias, "mappers")
        return sorted(mappers, key=lambda mapper: (str(mapper["name"]), str(mapper["id"])))

    def scopes_of_new_clients(self, kind: Literal["default", "optional"]) -> frozenset[str]:
        """Return the IDs of the default or optional scopes that each new client gets."""
        return frozenset(str(scope["id"]) for scope in self._read(f"default-{kind}-client-scopes"))

    def composites(self, role_id: str) -> Sequence[Representation]:
        """Return the roles that a role contains."""
        return list(self._read("roles-by-id", role_id, "composites"))

    def users_of(self, role: str) -> Sequence[Representation]:
        """Return the users to whom a role is assigned directly, at most one more than `MAX_MEMBERS`."""
        return list(self._read("roles", role, "users", max=MAX_MEMBERS + 1))

    def groups_of(self, role: str) -> Sequence[Representation]:
        """Return the groups to which a role is assigned directly, at most one more than `MAX_MEMBERS`."""
        return list(self._read("roles", role, "groups", max=MAX_MEMBERS + 1))

    def gates(self, scope_id: str) -> Mapping[str, Any]:
        """Return the roles of which a client scope requires one (MappingsRepresentation)."""
        mappings: Mapping[str, Any] = self.api.get(
            realm_path(self.name, "client-scopes", scope_id, "scope-mappings")
        )
        return mappings

    def roles_of_user(self, user_id: str) -> Mapping[str, Any]:
        """Return the roles assigned to a user directly (MappingsRepresentation); empty if unknown."""
        return self.api.find(realm_path(self.name, "users", user_id, "role-mappings")) or {}

    def _read(self, *parts: str, **parameters: Any) -> Sequence[Representation]:
        objects: Sequence[Representation] = self.api.get(realm_path(self.name, *parts), **parameters)
        return objects
