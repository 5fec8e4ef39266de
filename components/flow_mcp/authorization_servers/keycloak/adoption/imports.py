"""How a stack takes over the objects of an existing realm without changing them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from flow_mcp.authorization_servers.adoption import Imports, Left, TakenOver
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.adoption import differences
from flow_mcp.authorization_servers.keycloak.adoption.audiences import Audiences
from flow_mcp.authorization_servers.keycloak.adoption.realm import Realm, is_audience_mapper
from flow_mcp.authorization_servers.keycloak.client_properties import (
    DEFAULT_SCOPES,
    client_properties,
    default_scopes_name,
    optional_scopes_name,
)
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.scope_properties import (
    MAPPERS,
    audience_properties,
    scope_properties,
)
from flow_mcp.authorization_servers.representations import Representation, text, texts
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.settings import Grant


def imports(
    declaration: Declaration,
    realm: Realm,
    audiences: Audiences,
    by_client_id: Mapping[str, Representation],
) -> Imports:
    """Return the objects that the stack imports, and those that it does not create yet."""
    steps = _Steps(declaration, realm, audiences, by_client_id)
    return Imports.of([*steps.resources(), *steps.clients()])


@dataclass(frozen=True)
class _Steps:
    declaration: Declaration
    realm: Realm
    audiences: Audiences
    by_client_id: Mapping[str, Representation]

    def resources(self) -> Iterator[TakenOver | Left | str]:
        for resource in self.declaration.resources:
            key, name = resource.key, names.scope(self.declaration, resource)
            scope = self.realm.scopes.get(name)
            if scope is None:
                yield Left(f"ClientScope/{key}", f"Creates the scope {name} with the audience of {key}.")
            else:
                yield from self._scope(resource, name, scope)
            yield Left(
                f"Role/{key}-programs-role",
                f"Creates the role of programs. Only programs with it get the scope {name}.",
            )
            if admitted(self.declaration, resource).groups:
                yield Left(
                    f"Role/{key}-people-role",
                    f"Creates the role of people and gives it to the declared groups. Only people with it "
                    f"get the scope {name}.",
                )

    def _scope(
        self, resource: ResourceDeclared, name: str, scope: Representation
    ) -> Iterator[TakenOver | Left | str]:
        key, wanted = resource.key, scope_properties(self.declaration, resource)
        yield TakenOver(f"ClientScope/{key}", self._id(scope), differences.of_scope(scope, wanted))
        mapper = self.audiences.mapper_of(name, key)
        if mapper is None:
            yield Left(f"AudienceProtocolMapper/{key}-audience", f"Adds the audience of {key} to tokens.")
        elif is_audience_mapper(mapper):
            path = f"client-scope/{text(scope, 'id')}/{text(mapper, 'id')}"
            differing = differences.of_audience(mapper, audience_properties(resource))
            yield TakenOver(f"AudienceProtocolMapper/{key}-audience", f"{self._realm_id}/{path}", differing)
        else:
            yield Left(
                f"AudienceProtocolMapper/{key}-audience",
                f"Adds a mapper with the same audience as {text(mapper, 'name')}.",
            )
        for kind, effect in (
            ("program", "Marks the tokens of programs, so that the runtime can tell them from people."),
            ("subject", "Adds the claim sub to tokens of clients without the scope basic."),
        ):
            yield Left(f"GenericProtocolMapper/{key}-{kind}", f"{effect} Mapper {MAPPERS[kind][0]}.")

    def clients(self) -> Iterator[TakenOver | Left | str]:
        server = cast("Keycloak", self.declaration.server)
        for name, declared in sorted(self.declaration.tenant.clients.items()):
            client = self.by_client_id[self.declaration.client_id(name)]
            wanted = client_properties(self.declaration, server, name, declared)
            yield TakenOver(f"Client/{name}", self._id(client), differences.of_client(client, wanted))
            granted = self.declaration.reached_by(declared.access)
            refresh = [names.OFFLINE_ACCESS] if declared.grant is Grant.AUTHORIZATION_CODE else []
            optional = {*(names.scope(self.declaration, resource) for resource in granted), *refresh}
            for kind, resource_name, present, scopes in (
                ("Default", default_scopes_name(name), "defaultClientScopes", {*DEFAULT_SCOPES}),
                ("Optional", optional_scopes_name(name), "optionalClientScopes", optional),
            ):
                resource_key = f"Client{kind}Scopes/{resource_name}"
                at_server = {*texts(client, present)}
                if at_server == scopes:
                    yield resource_key
                else:
                    lacking = sorted(
                        ({*DEFAULT_SCOPES, names.OFFLINE_ACCESS} & scopes) - {*self.realm.scopes}
                    )
                    yield Left(resource_key, _scope_change(kind.lower(), at_server, scopes, lacking))

    @property
    def _realm_id(self) -> str:
        return self.realm.name.replace("%", "%25")

    def _id(self, representation: Representation) -> str:
        return f"{self._realm_id}/{text(representation, 'id')}"


def _scope_change(kind: str, present: set[str], wanted: set[str], lacking: list[str]) -> str:
    parts = (("Adds", wanted - present), ("Removes", present - wanted))
    changes = [f"{verb} the {kind} scopes {', '.join(sorted(scopes))}." for verb, scopes in parts if scopes]
    if lacking:
        changes.append(f"The realm has no scope {' and no scope '.join(lacking)}; create it first.")
    return " ".join(changes)
