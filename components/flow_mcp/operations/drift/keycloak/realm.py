"""A realm as the admin API has it, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.registration_policies import PROVIDER_TYPE

Representation = Mapping[str, Any]
"""An object of the admin API (Keycloak 26, Admin REST API reference)."""

MOST_MEMBERS = 20
"""So many users of a role are read; a larger number is told as such."""


@dataclass(frozen=True)
class Realm:
    """What is in a realm. Each part is read when it is first asked for.

    Attributes:
        api: Keycloak's admin API.
        name: the realm's name.
    """

    api: AdminApi
    name: str

    @cached_property
    def representation(self) -> Representation | None:
        """The realm itself; None if there is none."""
        found: Representation | None = self.api.find(realm_path(self.name))
        return found

    @cached_property
    def clients(self) -> Sequence[Representation]:
        """All clients, by client ID."""
        return sorted(self._read("clients"), key=lambda client: str(client["clientId"]))

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
        found = self._read("components", type=PROVIDER_TYPE)
        return sorted(found, key=lambda policy: (str(policy["name"]), str(policy.get("subType"))))

    @cached_property
    def client_policies(self) -> Sequence[Representation]:
        """The realm's client policies, by name."""
        found = self.api.get(realm_path(self.name, "client-policies", "policies")).get("policies") or ()
        return sorted(found, key=lambda policy: str(policy["name"]))

    @cached_property
    def initial_access_tokens(self) -> Sequence[Representation]:
        """Tokens with which clients can be registered, by ID."""
        return sorted(self._read("clients-initial-access"), key=lambda token: str(token["id"]))

    def composites(self, role_id: str) -> Sequence[Representation]:
        """The roles that a role contains."""
        return list(self._read("roles-by-id", role_id, "composites"))

    def users_of(self, role: str) -> Sequence[Representation]:
        """Users that have a role directly, at most one more than `MOST_MEMBERS`."""
        return list(self._read("roles", role, "users", max=MOST_MEMBERS + 1))

    def groups_of(self, role: str) -> Sequence[Representation]:
        """Groups that have a role directly, likewise."""
        return list(self._read("roles", role, "groups", max=MOST_MEMBERS + 1))

    def gates(self, scope_id: str) -> Mapping[str, Any]:
        """The roles of which one is needed to get a client scope (MappingsRepresentation)."""
        found: Mapping[str, Any] = self.api.get(
            realm_path(self.name, "client-scopes", scope_id, "scope-mappings")
        )
        return found

    def roles_of_user(self, user_id: str) -> Mapping[str, Any]:
        """The roles that a user has directly (MappingsRepresentation); empty if there is no such user."""
        return self.api.find(realm_path(self.name, "users", user_id, "role-mappings")) or {}

    def _read(self, *parts: str, **parameters: Any) -> Sequence[Representation]:
        found: Sequence[Representation] = self.api.get(realm_path(self.name, *parts), **parameters)
        return found
