"""Objects of an Entra tenant that somebody deleted and recreated, with the same name and another ID."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flow_mcp.authorization_servers.adoption import Report, TakenOver
from flow_mcp.authorization_servers.entra import Entra, properties
from flow_mcp.authorization_servers.entra.adoption import differences
from flow_mcp.authorization_servers.entra.adoption.apis import owner_of
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.adoption.provider_values import federated_credential_values
from flow_mcp.authorization_servers.entra.graph_api import GraphApi
from flow_mcp.authorization_servers.flow_entra.instance import entra as entra_of_instance
from flow_mcp.authorization_servers.representations import Representation, mapping, objects, text, texts
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.operations.drift.errors import SuccessorError
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.settings import Grant


def recreated_on_entra(
    comparison: Refreshed, report: Report, api: Callable[[Entra], GraphApi] = GraphApi
) -> tuple[TakenOver, ...]:
    """Return the recreated objects of a tenant on Entra, and how each differs.

    Raises:
        SuccessorError: several applications have the name of one that was deleted, or another tenant's stack
            manages the only one.
        AuthorizationServerError: the Entra tenant cannot be read.
    """
    declaration = comparison.declaration
    entra = (
        cast("Entra", declaration.server)
        if declaration.kind.key == "entra"
        else entra_of_instance(declaration)
    )
    report("reading the app registrations")
    with api(entra) as connection:
        recreated = _Recreated(comparison, entra, Content(connection))
        return tuple(sorted(recreated.objects(), key=lambda item: item.resource))


@dataclass
class _Recreated:
    """Finds the objects. Those that refer to an application follow it to its new ID."""

    comparison: Refreshed
    entra: Entra
    content: Content
    client_ids: dict[str, str] = field(default_factory=dict)
    """The new client ID of each recreated application, by its former one."""
    principals: dict[str, str] = field(default_factory=dict)
    """The new object ID of each recreated service principal, by its former one."""

    def objects(self) -> Iterator[TakenOver]:
        for find in (
            self._applications,
            self._principals,
            self._assignments,
            self._preauthorizations,
            self._federated,
        ):
            yield from find()

    @property
    def _declaration(self) -> Declaration:
        return self.comparison.declaration

    def _deleted(self, resource_type: str) -> Iterator[Resource]:
        yield from (r for r in self.comparison.of(resource_type) if r.after is None)

    def _applications(self) -> Iterator[TakenOver]:
        found = {resource: self._successor(resource) for resource in self._deleted("Application")}
        self.client_ids = {
            str(r.before["clientId"]): client_id for r, client_id in found.items() if client_id
        }
        for resource, client_id in found.items():
            if client_id:
                app = self.content.application(client_id)
                wanted = self._wanted_application(resource.name)
                path = f"/applications/{text(app, 'id')}"
                yield TakenOver(f"Application/{resource.name}", path, differences.of_application(app, wanted))

    def _successor(self, resource: Resource) -> str:
        """Return the client ID of the application with the same name or Application ID URI; empty if none.

        Raises:
            SuccessorError: there are several, or another tenant's stack manages the application.
        """
        uris = set(texts(resource.before, "identifierUris"))
        managed = {r.before.get("clientId") for r in self.comparison.of("Application") if r.after is not None}
        candidates = [
            client_id
            for client_id, app in self.content.applications.items()
            if client_id not in managed
            and (
                text(app, "displayName") == resource.before.get("displayName")
                or uris.intersection(texts(app, "identifierUris"))
            )
        ]
        if len(candidates) > 1:
            raise SuccessorError(
                f"{len(candidates)} applications have the name or the Application ID URI of {resource.name}, "
                f"which was deleted: {', '.join(candidates)}. Rename or delete those that do not replace it."
            )
        for client_id in candidates:
            owner = owner_of(self.content.applications[client_id])
            if owner not in {"", self._declaration.tenant.id}:
                raise SuccessorError(
                    f"The application {client_id} has the name or the Application ID URI of {resource.name}, "
                    f"which was deleted, and the stack of the tenant {owner} manages it. Rename it there, or "
                    f"rename {resource.name}."
                )
        return candidates[0] if candidates else ""

    def _wanted_application(self, name: str) -> dict[str, Any]:
        if resource := self._resource(name):
            return properties.api_application(self._declaration, self.entra, resource)
        client = self._declaration.tenant.clients[name]
        program = client.grant is Grant.CLIENT_CREDENTIALS
        required = []
        for api in self._declaration.reached_by(client.access):
            wanted = properties.api_application(self._declaration, self.entra, api)
            permission = wanted["app_roles"][0] if program else wanted["api"]["oauth2_permission_scopes"][0]
            client_id = self._client_id(api.key)
            required.append(properties.required_permission(client_id, permission["id"], program=program))
        return properties.client_application(self._declaration, self.entra, name, client, required)

    def _principals(self) -> Iterator[TakenOver]:
        for resource in self._deleted("ServicePrincipal"):
            former = str(resource.before.get("clientId"))
            principal = self.content.principal(self.client_ids.get(former, former))
            if principal is None:
                continue
            self.principals[str(resource.before.get("objectId"))] = text(principal, "id")
            wanted = properties.service_principal(
                self._declaration, self.entra, assignment_required=self._is_assigned(resource.name)
            )
            differing = differences.of_service_principal(principal, wanted)
            path = f"/servicePrincipals/{text(principal, 'id')}"
            yield TakenOver(f"ServicePrincipal/{resource.name}", path, differing)

    def _is_assigned(self, name: str) -> bool:
        if resource := self._resource(name):
            return not admitted(self._declaration, resource).everyone
        client = self._declaration.tenant.clients[name]
        return client.grant is not Grant.CLIENT_CREDENTIALS and not client.people.everyone

    def _assignments(self) -> Iterator[TakenOver]:
        for resource in self._deleted("AppRoleAssignment"):
            at, principal = (
                self._principal_id(resource.before, key) for key in ("resourceObjectId", "principalObjectId")
            )
            for entry in self.content.assigned_to({"id": at}):
                role = resource.before.get("appRoleId")
                if text(entry, "principalId") == principal and text(entry, "appRoleId") == role:
                    path = f"/servicePrincipals/{at}/appRoleAssignedTo/{text(entry, 'id')}"
                    yield TakenOver(f"AppRoleAssignment/{resource.name}", path)

    def _preauthorizations(self) -> Iterator[TakenOver]:
        for resource in self._deleted("ApplicationPreAuthorized"):
            app = self._application_of(resource.before)
            former = str(resource.before.get("authorizedClientId"))
            client_id = self.client_ids.get(former, former)
            for entry in objects(mapping(app, "api"), "preAuthorizedApplications"):
                if text(entry, "appId") == client_id:
                    path = f"{text(app, 'id')}/preAuthorizedApplication/{client_id}"
                    present = {"permissionIds": list(texts(entry, "delegatedPermissionIds"))}
                    differing = differences.differences(present, resource.before)
                    yield TakenOver(f"ApplicationPreAuthorized/{resource.name}", path, differing)

    def _federated(self) -> Iterator[TakenOver]:
        for resource in self._deleted("ApplicationFederatedIdentityCredential"):
            app = self._application_of(resource.before)
            credentials = self.content.federated_credentials(text(app, "appId")) if app else ()
            for credential in credentials:
                if text(credential, "name") == resource.before.get("displayName"):
                    present = federated_credential_values(credential)
                    differing = differences.differences(present, resource.before)
                    path = f"{text(app, 'id')}/federatedIdentityCredential/{text(credential, 'id')}"
                    name = f"ApplicationFederatedIdentityCredential/{resource.name}"
                    yield TakenOver(name, path, differing)

    def _application_of(self, before: Mapping[str, Any]) -> Representation:
        """Return the application of an object, which can have been recreated; empty if it is gone."""
        object_id = str(before.get("applicationId")).rpartition("/")[2]
        for resource in self.comparison.of("Application"):
            if resource.before.get("objectId") == object_id:
                former = str(resource.before.get("clientId"))
                client_id = self.client_ids.get(former, former)
                if client_id in self.content.applications:
                    return self.content.application(client_id)
        return {}

    def _principal_id(self, before: Mapping[str, Any], key: str) -> str:
        former = str(before.get(key))
        return self.principals.get(former, former)

    def _client_id(self, name: str) -> str:
        former = next(
            (str(r.before.get("clientId")) for r in self.comparison.of("Application") if r.name == name), ""
        )
        return self.client_ids.get(former, former)

    def _resource(self, name: str) -> ResourceDeclared | None:
        return next((r for r in self._declaration.resources if r.key == name), None)
