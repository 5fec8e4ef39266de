"""The managed objects of a realm, by the IDs in the stack's state."""

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
    """The managed objects of a realm.

    Attributes:
        refreshed: the state compared with the server.
    """

    refreshed: Refreshed

    @property
    def declaration(self) -> Declaration:
        """The declaration that was applied last."""
        return self.refreshed.declaration

    @property
    def server(self) -> Keycloak:
        """The declared Keycloak."""
        return cast("Keycloak", self.declaration.server)

    @cached_property
    def urls(self) -> Mapping[str, str]:
        """Keys of protected resources by URL, the audience of their tokens."""
        return {resource.url: resource.key for resource in self.declaration.resources}

    @cached_property
    def scopes(self) -> Mapping[str, str]:
        """Keys of protected resources by the IDs of their scopes."""
        return {scope.id: scope.name for scope in self.refreshed.of("ClientScope")}

    @cached_property
    def clients(self) -> Mapping[str, str]:
        """Names of clients by internal ID."""
        return {client.id: client.name for client in self.refreshed.of("Client")}

    @cached_property
    def client_ids(self) -> frozenset[str]:
        """Client IDs that the tenant declares, including those of manual registrations."""
        tenant = self.declaration.tenant
        declared = {self.declaration.client_id(name) for name in tenant.clients}
        return frozenset(declared | {client.client_id for client in tenant.manual_registrations.values()})

    @cached_property
    def mappers(self) -> frozenset[str]:
        """IDs of managed mappers."""
        return frozenset(mapper.id for mapper in self.refreshed.of(*_MAPPERS))

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Keys of protected resources by the names of the roles that grant access to them."""
        return {
            str(role.before.get("name")): role.name.removesuffix("-role").rpartition("-")[0]
            for role in self.refreshed.of("Role")
        }

    @cached_property
    def gates(self) -> Mapping[str, frozenset[str]]:
        """IDs of the roles that a scope requires, by the scope's ID."""
        roles: dict[str, frozenset[str]] = {}
        for mapping in self.refreshed.of("GenericRoleMapper"):
            scope = str(mapping.before.get("clientScopeId"))
            roles[scope] = roles.get(scope, frozenset()) | {str(mapping.before.get("roleId"))}
        return roles

    @cached_property
    def service_accounts(self) -> Mapping[str, str]:
        """Names of clients by the IDs of their service accounts."""
        return {
            user: client.name
            for client in self.refreshed.of("Client")
            if (user := str(client.before.get("serviceAccountUserId") or ""))
        }

    @cached_property
    def assignments(self) -> frozenset[tuple[str, str]]:
        """The managed role assignments: pairs of the ID of a user or group and the name of a role."""
        names = {role.id: str(role.before.get("name")) for role in self.refreshed.of("Role")}
        programs = {
            (str(role.before.get("serviceAccountUserId")), str(role.before.get("role")))
            for role in self.refreshed.of("ClientServiceAccountRealmRole")
        }
        groups = {
            (str(group.before.get("groupId")), names.get(str(role), ""))
            for group in self.refreshed.of("GroupRoles")
            for role in group.before.get("roleIds") or ()
        }
        return frozenset(programs | groups)
