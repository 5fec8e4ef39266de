"""Which of the tenant's APIs the clients of an Entra tenant reach, and by which permission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flow_mcp.authorization_servers.entra.adoption.apis import Api
from flow_mcp.authorization_servers.entra.adoption.content import Content, is_guid
from flow_mcp.authorization_servers.representations import Representation, mapping, objects, text, texts


@dataclass(frozen=True)
class Reached:
    """The permissions of one client at the tenant's APIs.

    Attributes:
        program: the permission with which it gets tokens for itself, by key of the protected resource.
        person: the permission with which it gets tokens for people, by key of the protected resource.
        roles: the app roles that are assigned to it, by key of the protected resource.
    """

    program: dict[str, str] = field(default_factory=dict)
    person: dict[str, str] = field(default_factory=dict)
    roles: dict[str, list[str]] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all reached resources, sorted."""
        return tuple(sorted({*self.program, *self.person}))

    @property
    def in_words(self) -> str:
        """The resources with the permissions, as in `456/test (by the app role mcp.program)`."""
        return ", ".join(
            f"{key} (by {' and '.join(by[key] for by in (self.program, self.person) if key in by)})"
            for key in self.keys
        )


@dataclass(frozen=True)
class Reach:
    """The permissions of all clients at the tenant's APIs.

    Attributes:
        by_client_id: the permissions of each client.
        principals: the service principals of clients, by client ID, as far as they were read.
        unread: the keys of resources whose granted delegated permissions may not be read.
    """

    by_client_id: Mapping[str, Reached]
    principals: Mapping[str, Representation]
    unread: tuple[str, ...]


def reach_of(content: Content, apis: Mapping[str, Api]) -> Reach:
    """Return what the clients of the Entra tenant have at these APIs."""
    reached: dict[str, Reached] = {}
    principals: dict[str, Representation] = {}
    unread: list[str] = []

    def client_of(object_id: str) -> str:
        principal = content.principal_by_id(object_id)
        client_id = text(principal, "appId") if principal else ""
        if principal and is_guid(client_id):
            principals[client_id] = principal
            return client_id
        return ""

    def entry(client_id: str) -> Reached:
        return reached.setdefault(client_id, Reached())

    for key, api in apis.items():
        for assignment in api.assigned("ServicePrincipal"):
            if client_id := client_of(text(assignment, "principalId")):
                role = _role(api, assignment)
                entry(client_id).program.setdefault(key, f"the app role {role}")
                entry(client_id).roles.setdefault(key, []).append(role)
        for client_id in preauthorized(api):
            entry(client_id).person.setdefault(key, "preauthorization")
        grants = content.grants_for(api.principal)
        if grants is None:
            unread.append(key)
        for grant in grants or ():
            if client_id := client_of(text(grant, "clientId")):
                entry(client_id).person.setdefault(key, "a granted delegated permission")
    for client_id, key, is_program in _required(content, apis):
        permissions = entry(client_id).program if is_program else entry(client_id).person
        permissions.setdefault(key, "a required permission")
    return Reach(reached, principals, tuple(unread))


def preauthorized(api: Api) -> dict[str, tuple[str, ...]]:
    """Return the IDs of the scopes for which clients are preauthorized, by client ID."""
    entries = objects(mapping(api.application, "api"), "preAuthorizedApplications")
    return {
        text(entry, "appId"): texts(entry, "delegatedPermissionIds")
        for entry in sorted(entries, key=lambda entry: text(entry, "appId"))
        if is_guid(text(entry, "appId"))
    }


def _required(content: Content, apis: Mapping[str, Api]) -> Iterator[tuple[str, str, bool]]:
    """Yield client ID, key of the resource, and whether the permission is one of programs."""
    keys = {api.client_id: key for key, api in apis.items()}
    for client_id, application in content.applications.items():
        for required in objects(application, "requiredResourceAccess"):
            if key := keys.get(text(required, "resourceAppId")):
                for permission in objects(required, "resourceAccess"):
                    yield client_id, key, text(permission, "type") == "Role"


def _role(api: Api, assignment: Representation) -> str:
    role_id = text(assignment, "appRoleId")
    roles = objects(api.application, "appRoles")
    return next((text(role, "value") for role in roles if text(role, "id") == role_id), "") or role_id
