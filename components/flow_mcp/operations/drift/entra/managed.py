"""The managed objects of an Entra tenant, by the IDs in the stack's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flow_mcp.authorization_servers.entra import Entra
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.authorization_servers.representations import Representation
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.settings import Grant


@dataclass(frozen=True)
class Managed:
    """The managed objects of an Entra tenant.

    Attributes:
        refreshed: the state compared with the server.
        entra: the declared Entra tenant.
    """

    refreshed: Refreshed
    entra: Entra

    @property
    def declaration(self) -> Declaration:
        """The declaration that was applied last."""
        return self.refreshed.declaration

    @cached_property
    def applications(self) -> Mapping[str, Resource]:
        """The existing applications, by client name or key of the protected resource."""
        return self._existing("Application")

    @cached_property
    def principals(self) -> Mapping[str, Resource]:
        """The existing service principals, by client name or key of the protected resource."""
        return self._existing("ServicePrincipal")

    def principal(self, name: str, content: Content) -> Representation | None:
        """Return the service principal of an application; None if there is none.

        One that the stack does not manage can exist too: the stack leaves it, or it was recreated.
        """
        if managed := self.principals.get(name):
            return content.principal_by_id(str(managed.before.get("objectId")))
        return content.principal(str(self.applications[name].before.get("clientId")))

    @cached_property
    def assignments(self) -> frozenset[tuple[str, str, str]]:
        """The managed assignments: IDs of the assigned-to service principal, the principal and the role."""
        return frozenset(
            (
                str(assignment.before.get("resourceObjectId")),
                str(assignment.before.get("principalObjectId")),
                str(assignment.before.get("appRoleId")),
            )
            for assignment in self.refreshed.of("AppRoleAssignment")
        )

    @cached_property
    def preauthorizations(self) -> frozenset[tuple[str, str]]:
        """The managed preauthorizations: the application's object ID and the client ID."""
        return frozenset(
            (
                str(entry.before.get("applicationId")).rpartition("/")[2],
                str(entry.before.get("authorizedClientId")),
            )
            for entry in self.refreshed.of("ApplicationPreAuthorized")
        )

    @cached_property
    def credentials(self) -> frozenset[str]:
        """IDs of the managed passwords and federated credentials; two passwords during a rotation."""
        passwords = {str(entry.before.get("keyId")) for entry in self.refreshed.of("ApplicationPassword")}
        federated = self.refreshed.of("ApplicationFederatedIdentityCredential")
        return frozenset(passwords | {str(entry.before.get("credentialId")) for entry in federated})

    def declares(self, client_id: str, key: str, grant: Grant) -> bool:
        """Return whether a client may reach a protected resource: a declared one, or a manual registration.

        Such a client can have a permission that existed before the stack, which leaves it.
        """
        return (client_id, key, grant) in self._declared

    @cached_property
    def _declared(self) -> frozenset[tuple[str, str, Grant]]:
        tenant = self.declaration.tenant
        clients = [
            (str(self.applications[name].before.get("clientId")), client.access, client.grant)
            for name, client in tenant.clients.items()
            if name in self.applications
        ]
        clients += [
            (entry.client_id, entry.access, entry.grant) for entry in tenant.manual_registrations.values()
        ]
        if vscode := self.entra.preauthorized.vscode:
            clients.append((VSCODE, vscode.access, Grant.AUTHORIZATION_CODE))
        return frozenset(
            (client_id, resource.key, grant)
            for client_id, access, grant in clients
            for resource in self.declaration.reached_by(access)
        )

    def _existing(self, resource_type: str) -> Mapping[str, Resource]:
        return {item.name: item for item in self.refreshed.of(resource_type) if item.after is not None}
