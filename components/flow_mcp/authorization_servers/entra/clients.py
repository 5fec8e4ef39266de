"""Creates an application for each of the tenant's clients, with permissions for its access list only."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.entra import names, passwords
from flow_mcp.authorization_servers.entra.apis import ApiApplication
from flow_mcp.authorization_servers.entra.clouds import CLOUD_VALUES
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.directory import Directory
from flow_mcp.authorization_servers.entra.redirects import Platform, platform_of
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant

_NO_ROLE = "00000000-0000-0000-0000-000000000000"
"""The role ID of an assignment to an application without roles (Microsoft Graph, appRoleAssignment)."""


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
        granted = [self._apis[resource.key] for resource in self._declaration.reached_by(client.access)]
        platform, uris = platform_of(client), list(client.redirect_uris)
        application = azuread.Application(
            name,
            display_name=names.client_name(self._declaration, name),
            notes=names.notes(self._declaration),
            prevent_duplicate_names=True,
            owners=self._directory.owners,
            sign_in_audience="AzureADMyOrg",
            api={"requested_access_token_version": 2},
            required_resource_accesses=[_required(api, program=program) for api in granted],
            web=azuread.ApplicationWebArgs(redirect_uris=uris) if platform is Platform.WEB else None,
            single_page_application=azuread.ApplicationSinglePageApplicationArgs(redirect_uris=uris)
            if platform is Platform.SINGLE_PAGE
            else None,
            public_client=azuread.ApplicationPublicClientArgs(redirect_uris=uris)
            if platform is Platform.NATIVE
            else None,
            opts=self._opts,
        )
        principal = azuread.ServicePrincipal(
            name,
            client_id=application.client_id,
            app_role_assignment_required=not program and not client.people.everyone,
            notes=names.notes(self._declaration),
            owners=self._directory.owners,
            opts=self._opts,
        )
        self.ids[name] = application.client_id
        if program:
            self._assign(name, client, principal)
        else:
            self._admit(name, client, principal)
            self._preauthorize(name, application.client_id, client.access)
        self._credential(name, client, application)

    def _assign(self, name: str, client: Client, principal: azuread.ServicePrincipal) -> None:
        """Assign a program its role at each API of its access list; it equals an administrator's consent."""
        for resource in self._declaration.reached_by(client.access):
            api = self._apis[resource.key]
            azuread.AppRoleAssignment(
                f"{name}/{resource.key}",
                app_role_id=api.program_role_id,
                principal_object_id=principal.object_id,
                resource_object_id=api.principal.object_id,
                opts=self._opts,
            )

    def _admit(self, name: str, client: Client, principal: azuread.ServicePrincipal) -> None:
        """Assign the people's groups to the client too, so that nobody else can sign in through it."""
        for group in client.people.groups:
            azuread.AppRoleAssignment(
                f"{name}:{group}",
                app_role_id=_NO_ROLE,
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
            api, previous = self._apis[resource.key], self._last_preauthorization.get(resource.key)
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
                display_name=f"flow-mcp-{name}",
                description=names.notes(self._declaration),
                issuer=federated.issuer,
                subject=federated.subject,
                audiences=[federated.audience or CLOUD_VALUES[self._entra.cloud].token_exchange],
                opts=self._opts,
            )
        elif client.secret:
            self.secrets[name] = passwords.create(name, client.secret, application, self._opts)


def _required(api: ApiApplication, *, program: bool) -> azuread.ApplicationRequiredResourceAccessArgs:
    """Return the required permission at one API. Each has its own entry, because Entra reorders lists."""
    permission = azuread.ApplicationRequiredResourceAccessResourceAccessArgs(
        id=api.program_role_id if program else api.scope_id, type="Role" if program else "Scope"
    )
    return azuread.ApplicationRequiredResourceAccessArgs(
        resource_app_id=api.application.client_id, resource_accesses=[permission]
    )
