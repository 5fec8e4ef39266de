"""What of a realm is the stack's, by the IDs in its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.drift.refresh import Refreshed

_MAPPERS = ("AudienceProtocolMapper", "GenericProtocolMapper")


@dataclass(frozen=True)
class Managed:
    """The stack's things in a realm.

    Attributes:
        refreshed: the state, compared with the server.
    """

    refreshed: Refreshed

    @property
    def declaration(self) -> Declaration:
        """What was applied last."""
        return self.refreshed.declaration

    @property
    def server(self) -> Keycloak:
        """The declared Keycloak."""
        return cast("Keycloak", self.declaration.server)

    @cached_property
    def urls(self) -> Mapping[str, str]:
        """Keys of protected resources, by their URLs: the audiences of their tokens."""
        return {resource.url: resource.key for resource in self.declaration.resources}

    @cached_property
    def scopes(self) -> Mapping[str, str]:
        """Keys of protected resources, by the IDs of their scopes."""
        return {each.id: each.name for each in self.refreshed.of("ClientScope")}

    @cached_property
    def clients(self) -> Mapping[str, str]:
        """Names of clients, by their internal IDs."""
        return {each.id: each.name for each in self.refreshed.of("Client")}

    @cached_property
    def client_ids(self) -> frozenset[str]:
        """Client IDs that the tenant declares, those of manual registrations included."""
        tenant = self.declaration.tenant
        declared = {self.declaration.client_id(name) for name in tenant.clients}
        return frozenset(declared | {each.client_id for each in tenant.manual_registrations.values()})

    @cached_property
    def mappers(self) -> frozenset[str]:
        """IDs of mappers."""
        return frozenset(each.id for each in self.refreshed.of(*_MAPPERS))

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Keys of protected resources, by the names of the roles that give them."""
        return {
            str(each.before.get("name")): each.name.removesuffix("-role").rpartition("-")[0]
            for each in self.refreshed.of("Role")
        }

    @cached_property
    def gates(self) -> Mapping[str, frozenset[str]]:
        """IDs of the roles that are mapped to a scope, by the scope's ID."""
        found: dict[str, frozenset[str]] = {}
        for each in self.refreshed.of("GenericRoleMapper"):
            scope = str(each.before.get("clientScopeId"))
            found[scope] = found.get(scope, frozenset()) | {str(each.before.get("roleId"))}
        return found

    @cached_property
    def service_accounts(self) -> Mapping[str, str]:
        """Names of clients, by the IDs of their service accounts."""
        return {
            user: each.name
            for each in self.refreshed.of("Client")
            if (user := str(each.before.get("serviceAccountUserId") or ""))
        }

    @cached_property
    def given(self) -> frozenset[tuple[str, str]]:
        """Which user or group has which role: pairs of ID and the role's name."""
        names = {each.id: str(each.before.get("name")) for each in self.refreshed.of("Role")}
        programs = {
            (str(each.before.get("serviceAccountUserId")), str(each.before.get("role")))
            for each in self.refreshed.of("ClientServiceAccountRealmRole")
        }
        groups = {
            (str(each.before.get("groupId")), names.get(str(role), ""))
            for each in self.refreshed.of("GroupRoles")
            for role in each.before.get("roleIds") or ()
        }
        return frozenset(programs | groups)
