"""How a stack takes over the objects of an existing Entra tenant without changing them.

The IDs have the forms that the azuread provider documents for each resource type
(https://www.pulumi.com/registry/packages/azuread/api-docs/, section Import).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flow_mcp.authorization_servers.adoption import Difference, Imports, Left, TakenOver
from flow_mcp.authorization_servers.entra import names, permissions, properties
from flow_mcp.authorization_servers.entra.adoption import differences
from flow_mcp.authorization_servers.entra.adoption.apis import Api
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.adoption.credentials import credential_of
from flow_mcp.authorization_servers.entra.adoption.reach import preauthorized
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.representations import Representation, text
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.settings import Grant

_Steps = Iterator[TakenOver | Left]


def imports(
    declaration: Declaration,
    entra: Entra,
    content: Content,
    apis: Mapping[str, Api],
    client_ids: Mapping[str, str],
) -> Imports:
    """Return the objects that the stack imports, and those that it does not create yet.

    Args:
        declaration: the proposed declaration.
        entra: its Entra tenant.
        content: the content of the Entra tenant.
        apis: the existing APIs by key of the protected resource.
        client_ids: the client IDs of existing clients, by their names in the declaration.
    """
    steps = _Reader(declaration, entra, content, apis, client_ids)
    return Imports.of([*steps.resources(), *steps.clients()])


@dataclass(frozen=True)
class _Reader:
    declaration: Declaration
    entra: Entra
    content: Content
    apis: Mapping[str, Api]
    client_ids: Mapping[str, str]

    def resources(self) -> _Steps:
        for resource in self.declaration.resources:
            if api := self.apis.get(resource.key):
                yield from self._api(resource, api)
            else:
                yield Left(
                    f"Application/{resource.key}",
                    f"Creates the application of {resource.key} with its service principal, its assignments "
                    "and its preauthorizations. The settings lack the resource until then.",
                )

    def _api(self, resource: ResourceDeclared, api: Api) -> _Steps:
        key, people = resource.key, admitted(self.declaration, resource)
        wanted = properties.api_application(self.declaration, self.entra, resource)
        yield self._application(key, api.application, wanted)
        yield self._principal(key, api.principal, assignment_required=not people.everyone)
        role_id = text(api.person_role or {}, "id") or permissions.person_role(self.declaration, resource).id
        if api.principal is None:
            return
        for group in people.groups:
            effect = f"Lets the group {group} use {key}. Requires the app role for people in its application."
            yield self._assignment(f"{key}:{group}", api.principal, group, role_id, effect)

    def clients(self) -> _Steps:
        for name, client in sorted(self.declaration.tenant.clients.items()):
            yield from self._client(name, client)
        if vscode := self.entra.preauthorized.vscode:
            yield from self._preauthorizations("vscode", names.VSCODE, vscode.access)

    def _client(self, name: str, client: Client) -> _Steps:
        client_id = self.client_ids[name]
        app, principal = self.content.application(client_id), self.content.principal(client_id)
        program = client.grant is Grant.CLIENT_CREDENTIALS
        reached = self.declaration.reached_by(client.access)
        existing = [(resource, self.apis[resource.key]) for resource in reached if resource.key in self.apis]
        required = [
            properties.required_permission(
                api.client_id, self._permission_id(resource, api, program=program), program=program
            )
            for resource, api in existing
        ]
        wanted = properties.client_application(self.declaration, self.entra, name, client, required)
        yield self._application(name, app, wanted)
        yield self._principal(name, principal, assignment_required=not program and not client.people.everyone)
        if program:
            yield from self._programs(name, principal, existing)
        else:
            if principal is not None:
                for group in client.people.groups:
                    effect = f"Lets the group {group} sign in through {name}."
                    yield self._assignment(f"{name}:{group}", principal, group, names.NO_ROLE, effect)
            yield from self._preauthorizations(name, client_id, client.access)
        yield from self._credential(name, client, client_id)

    def _programs(
        self, name: str, principal: Representation | None, existing: list[tuple[ResourceDeclared, Api]]
    ) -> _Steps:
        for resource, api in existing:
            if principal is not None and api.principal is not None:
                role_id = self._permission_id(resource, api, program=True)
                effect = f"Assigns the role of programs of {resource.key} to {name}."
                assignment = f"{name}/{resource.key}"
                yield self._assignment(assignment, api.principal, text(principal, "id"), role_id, effect)

    def _preauthorizations(self, name: str, client_id: str, access: tuple[str, ...]) -> _Steps:
        for resource in self.declaration.reached_by(access):
            api = self.apis.get(resource.key)
            if api is None:
                continue
            present = preauthorized(api).get(client_id)
            resource_name = f"ApplicationPreAuthorized/{name}/{resource.key}"
            # The plugin requires the list, so that an empty one cannot be imported and kept.
            if not present:
                yield Left(resource_name, f"Lets {name} request the scope of {resource.key} without consent.")
                continue
            wanted = [self._permission_id(resource, api, program=False)]
            differing = differences.differences({"permissionIds": list(present)}, {"permissionIds": wanted})
            object_id = text(api.application, "id")
            yield TakenOver(resource_name, f"{object_id}/preAuthorizedApplication/{client_id}", differing)

    def _credential(self, name: str, client: Client, client_id: str) -> _Steps:
        app, federated = self.content.application(client_id), self.content.federated_credentials(client_id)
        credential = credential_of(app, federated)
        if client.federated_credential and credential.federated:
            wanted = properties.federated_credential(
                self.declaration, self.entra, name, client.federated_credential
            )
            yield TakenOver(
                f"ApplicationFederatedIdentityCredential/{name}",
                f"{text(app, 'id')}/federatedIdentityCredential/{text(credential.federated, 'id')}",
                differences.of_federated_credential(credential.federated, wanted),
            )
        elif client.secret and credential.secret_day:
            yield Left(
                f"ApplicationPassword/{name}/{credential.secret_day}",
                "Creates another secret, which the output clientSecrets contains. The existing secret stays "
                "valid until it expires.",
            )

    def _application(self, name: str, app: Representation, wanted: Mapping[str, object]) -> TakenOver:
        differing = differences.of_application(app, wanted)
        return TakenOver(f"Application/{name}", f"/applications/{text(app, 'id')}", differing)

    def _principal(
        self, name: str, principal: Representation | None, *, assignment_required: bool
    ) -> TakenOver | Left:
        if principal is None:
            return Left(
                f"ServicePrincipal/{name}", "Creates the service principal, with which tokens can be issued."
            )
        wanted = properties.service_principal(
            self.declaration, self.entra, assignment_required=assignment_required
        )
        differing = differences.of_service_principal(principal, wanted)
        resource, object_id = f"ServicePrincipal/{name}", text(principal, "id")
        return TakenOver(resource, f"/servicePrincipals/{object_id}", differing)

    def _assignment(
        self, name: str, at: Representation, principal_id: str, role_id: str, effect: str
    ) -> TakenOver | Left:
        """Return the import of an assignment: the one of the role, or else the principal's only one."""
        present = [
            entry for entry in self.content.assigned_to(at) if text(entry, "principalId") == principal_id
        ]
        same = [entry for entry in present if text(entry, "appRoleId") == role_id]
        candidates = same or present
        resource = f"AppRoleAssignment/{name}"
        if len(candidates) != 1:
            return Left(resource, effect)
        (entry,) = candidates
        other = text(entry, "appRoleId")
        differing = () if other == role_id else (Difference("appRoleId", other, role_id),)
        path = f"/servicePrincipals/{text(at, 'id')}/appRoleAssignedTo/{text(entry, 'id')}"
        return TakenOver(resource, path, differing)

    def _permission_id(self, resource: ResourceDeclared, api: Api, *, program: bool) -> str:
        """Return the ID of the existing permission, or else that of the stack's."""
        existing = api.program_role if program else api.scope
        own = (permissions.program_role if program else permissions.scope)(self.declaration, resource)
        return text(existing or {}, "id") or own.id
