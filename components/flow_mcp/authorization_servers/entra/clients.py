"""Creates an application for each of the tenant's clients, with permissions for its access list only."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.entra import names, passwords, properties
from flow_mcp.authorization_servers.entra.apis import ApiApplication
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.directory import Directory
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant


class Clients:
    """Creates the clients and their credentials, assignments and preauthorizations.

    Attributes:
        ids: client IDs by client name.
        secrets: generated secrets by client name.
    """

    def __init__(
        self,
        declaration: Declaration,
        entra: Entra,
        directory: Directory,
        apis: Mapping[str, ApiApplication],
        opts: pulumi.ResourceOptions,
    ) -> None:
        self.ids: dict[str, pulumi.Output[str]] = {}
        self.secrets: dict[str, pulumi.Output[str]] = {}
        self._declaration, self._entra, self._directory = declaration, entra, directory
        self._apis, self._opts = apis, opts
        self._last_preauthorization: dict[str, pulumi.Resource] = {}
        for name, client in sorted(declaration.tenant.clients.items()):
            self._create(name, client)
        if vscode := entra.preauthorized.vscode:
            self._preauthorize("vscode", names.VSCODE, vscode.access)

    def _create(self, name: str, client: Client) -> None:
        program = client.grant is Grant.CLIENT_CREDENTIALS
        reached = (resource.key for resource in self._declaration.reached_by(client.access))
        required = [
            properties.required_permission(
                api.application.client_id,
                api.program_role_id if program else api.scope_id,
                program=program,
            )
            for api in (self._apis[key] for key in reached if key in self._apis)
        ]
        arguments = properties.client_application(self._declaration, self._entra, name, client, required)
        application = azuread.Application(name, opts=self._opts, **arguments)
        self.ids[name] = application.client_id
        principal = self._principal(name, client, application)
        if program:
            self._assign(name, client, principal)
        else:
            self._admit(name, client, principal)
            self._preauthorize(name, application.client_id, client.access)
        self._credential(name, client, application)

    def _principal(
        self, name: str, client: Client, application: azuread.Application
    ) -> azuread.ServicePrincipal | None:
        if self._declaration.tenant.leaves("ServicePrincipal", name):
            return None
        required = client.grant is not Grant.CLIENT_CREDENTIALS and not client.people.everyone
        return azuread.ServicePrincipal(
            name,
            client_id=application.client_id,
            opts=self._opts,
            **properties.service_principal(self._declaration, self._entra, assignment_required=required),
        )

    def _assign(self, name: str, client: Client, principal: azuread.ServicePrincipal | None) -> None:
        """Assign a program its role at each API of its access list; it equals an administrator's consent."""
        for resource in self._declaration.reached_by(client.access):
            api, assignment = self._apis.get(resource.key), f"{name}/{resource.key}"
            if principal and api and api.principal and not self._leaves("AppRoleAssignment", assignment):
                azuread.AppRoleAssignment(
                    assignment,
                    app_role_id=api.program_role_id,
                    principal_object_id=principal.object_id,
                    resource_object_id=api.principal.object_id,
                    opts=self._opts,
                )

    def _admit(self, name: str, client: Client, principal: azuread.ServicePrincipal | None) -> None:
        """Assign the people's groups to the client too, so that nobody else can sign in through it."""
        if principal is None:
            return
        for group in client.people.groups:
            if self._leaves("AppRoleAssignment", f"{name}:{group}"):
                continue
            azuread.AppRoleAssignment(
                f"{name}:{group}",
                app_role_id=names.NO_ROLE,
                principal_object_id=self._directory.group(group),
                resource_object_id=principal.object_id,
                opts=self._opts,
            )

    def _preauthorize(self, name: str, client_id: pulumi.Input[str], access: tuple[str, ...]) -> None:
        """Let a client request the scope without consent. Clients without preauthorization cannot request it.

        The resources of one API depend on each other, because each reads the API's list and writes it back
        with one more entry.
        """
        for resource in self._declaration.reached_by(access):
            api, previous = self._apis.get(resource.key), self._last_preauthorization.get(resource.key)
            if api is None or self._leaves("ApplicationPreAuthorized", f"{name}/{resource.key}"):
                continue
            self._last_preauthorization[resource.key] = azuread.ApplicationPreAuthorized(
                f"{name}/{resource.key}",
                application_id=api.application.id,
                authorized_client_id=client_id,
                permission_ids=[api.scope_id],
                opts=pulumi.ResourceOptions.merge(
                    self._opts, pulumi.ResourceOptions(depends_on=[previous] if previous else None)
                ),
            )

    def _credential(self, name: str, client: Client, application: azuread.Application) -> None:
        if federated := client.federated_credential:
            azuread.ApplicationFederatedIdentityCredential(
                name,
                application_id=application.id,
                opts=self._opts,
                **properties.federated_credential(self._declaration, self._entra, name, federated),
            )
        elif client.secret:
            secret = passwords.create(self._declaration.tenant, name, client.secret, application, self._opts)
            self.secrets |= {name: secret} if secret else {}

    def _leaves(self, resource_type: str, name: str) -> bool:
        return self._declaration.tenant.leaves(resource_type, name)
