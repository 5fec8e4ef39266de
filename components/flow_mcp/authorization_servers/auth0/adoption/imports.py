"""How a stack takes over the objects of an existing Auth0 tenant without changing them.

The IDs are those of `pulumi import` (https://www.pulumi.com/registry/packages/auth0/).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from flow_mcp.authorization_servers.adoption import Imports, Left, TakenOver
from flow_mcp.authorization_servers.auth0 import api_properties, names, role_properties
from flow_mcp.authorization_servers.auth0.adoption import differences
from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.client_properties import authentication_method, client_properties
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.representations import flag, text
from flow_mcp.authorization_servers.representations import objects as listed_objects
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


def imports(
    declaration: Declaration, objects: Objects, client_ids: Mapping[str, str], *, keeps: bool
) -> Imports:
    """Return the objects that the stack imports, and those that it does not create yet.

    Args:
        declaration: the tenant's declaration.
        objects: the objects of the Auth0 tenant.
        client_ids: the client IDs of the declared clients that exist, by name.
        keeps: whether properties that differ keep the values of Auth0. The plugin does not import an empty
            list, so objects whose empty list would have to be kept are left then.
    """
    steps = _Steps(declaration, objects, client_ids, keeps)
    return Imports.of([*steps.apis(), *steps.roles(), *steps.clients(), *steps.third_parties()])


@dataclass(frozen=True)
class _Steps:
    declaration: Declaration
    objects: Objects
    client_ids: Mapping[str, str]
    keeps: bool

    @property
    def server(self) -> Auth0:
        return cast("Auth0", self.declaration.server)

    def apis(self) -> Iterator[TakenOver | Left]:
        for resource in self.declaration.resources:
            api = self.objects.apis.get(resource.url)
            if api is None or not text(api, "id"):
                yield Left(f"ResourceServer/{resource.key}", f"Creates the API of {resource.key}.")
                continue
            wanted = api_properties.api_properties(self.declaration, self.server, resource)
            yield TakenOver(
                f"ResourceServer/{resource.key}", text(api, "id"), differences.of_api(api, wanted)
            )
            scopes = f"ResourceServerScopes/{resource.key}-scopes"
            if self.keeps and not listed_objects(api, "scopes"):
                yield Left(scopes, f"Adds the permission {names.SCOPE} to the API of {resource.key}.")
                continue
            differing = differences.of_scopes(api, api_properties.scopes_properties(resource))
            yield TakenOver(scopes, resource.url, differing)

    def roles(self) -> Iterator[TakenOver | Left]:
        urls = {resource.key: resource.url for resource in self.declaration.resources}
        for name, keys in role_properties.resources_of_role(self.declaration).items():
            role = self.objects.roles.get(name, {})
            role_id = text(role, "id")
            if self.server.roles.create and role_id:
                description = role_properties.description(self.declaration)
                yield TakenOver(f"Role/{name}", role_id, differences.of_role(role, description))
            for key in keys:
                resource, permission = f"RolePermission/{key}:{name}", (urls[key], names.SCOPE)
                if role_id and permission in self.objects.permissions.get(name, ()):
                    yield TakenOver(resource, "::".join((role_id, *permission)))
                else:
                    yield Left(resource, f"Gives the role {name} the permission {names.SCOPE} of {key}.")

    def clients(self) -> Iterator[TakenOver | Left]:
        for name, declared in sorted(self.declaration.tenant.clients.items()):
            if name not in self.client_ids:
                continue
            client_id = self.client_ids[name]
            client = self.objects.clients.get(client_id)
            if client is None:
                continue
            wanted = client_properties(self.declaration, self.server, name, declared)
            yield TakenOver(f"Client/{name}", client_id, differences.of_client(client, wanted))
            yield TakenOver(
                f"ClientCredentials/{name}-credentials",
                client_id,
                differences.of_credentials(client, authentication_method(declared)),
            )
            subject = api_properties.subject_of(declared)
            for resource in self.declaration.reached_by(declared.access):
                yield self._grant(f"{name}/{resource.key}", client_id, resource, subject)

    def third_parties(self) -> Iterator[TakenOver | Left]:
        if dynamic := self.server.registration.dynamic:
            for resource in self.declaration.reached_by(dynamic.access):
                yield self._grant(f"third-party-{resource.key}", "", resource, "user")

    def _grant(self, name: str, client_id: str, resource: ResourceDeclared, subject: str) -> TakenOver | Left:
        has_api = resource.url in self.objects.apis
        grant = self.objects.grant(resource.url, client_id, subject) if has_api else None
        if grant is None:
            return Left(f"ClientGrant/{name}", f"Grants the permission {names.SCOPE} of {resource.key}.")
        grant_id = text(grant, "id")
        if self.keeps and not differences.ordered(grant, "scope") and not flag(grant, "allow_all_scopes"):
            effect = f"Delete {grant_id}, which grants nothing. The stack then grants {names.SCOPE}."
            return Left(f"ClientGrant/{name}", effect)
        wanted = api_properties.grant_properties(resource, subject)
        return TakenOver(f"ClientGrant/{name}", grant_id, differences.of_grant(grant, wanted))
