"""Reads an existing Auth0 tenant and proposes its declaration and its imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flow_mcp.authorization_servers.adoption import (
    AdoptionRequest,
    ExistingClient,
    Expression,
    Imports,
    OtherClient,
    Reading,
    Report,
)
from flow_mcp.authorization_servers.auth0.adoption.apis import api_remarks
from flow_mcp.authorization_servers.auth0.adoption.belonging import belongs, left_alone
from flow_mcp.authorization_servers.auth0.adoption.expression import express, is_exact
from flow_mcp.authorization_servers.auth0.adoption.imports import imports
from flow_mcp.authorization_servers.auth0.adoption.lifetimes import tokens
from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.adoption.people import PeopleOfResources
from flow_mcp.authorization_servers.auth0.adoption.reached import Reached, TenantApis
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.free_names import free_name
from flow_mcp.authorization_servers.given_settings import given_settings
from flow_mcp.authorization_servers.representations import text
from flow_mcp.authorization_servers.resource_urls import environments
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant

_ISSUER = re.compile(r"https://((?:[a-z0-9-]+\.)+auth0\.com)/?")


class Auth0Reader:
    """Reads an Auth0 tenant; see `AdoptionReader`.

    Args:
        api: opens a connection to the Management API of a domain.
    """

    def __init__(self, api: Callable[[str], ManagementApi] = ManagementApi) -> None:
        self._api = api
        self._objects: Objects

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return the domain of an issuer `https://<tenant>.auth0.com/`.

        The issuer of a custom domain does not name the Auth0 tenant, so its settings must be given.
        """
        match = _ISSUER.fullmatch(authority)
        return {"domain": match[1]} if match else None

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the tenant's clients and the Auth0 tenant's other applications. Nothing is changed.

        Raises:
            AuthorizationServerError: Auth0 cannot be read.
        """
        server = _auth0(request.server)
        with self._api(server.domain) as api:
            self._objects = Objects(api, report)
            return _Reading(request, self._objects).read()

    def imports(self, declaration: Declaration) -> Imports:
        """Return the imports for a declaration made from the last reading."""
        adopted = (declaration.tenant.adopted or {}).items()
        ids = {key.removeprefix("Client/"): entry.id or "" for key, entry in adopted}
        return imports(declaration, self._objects, ids, keeps=True)


class _Reading:
    """The steps of a reading.

    Args:
        request: the tenant.
        objects: the objects of the Auth0 tenant.
    """

    def __init__(self, request: AdoptionRequest, objects: Objects) -> None:
        self._request, self._objects = request, objects
        self._apis = TenantApis(request, objects)
        self._workspaces = environments(request, tuple(sorted(self._apis.by_key)))
        self._every_key = tuple(
            f"{name}/{environment}" for name, listed in self._workspaces.items() for environment in listed
        )

    def read(self) -> Reading:
        """Return the part of the Auth0 tenant that concerns the tenant."""
        others = [
            OtherClient(client_id, "The Auth0 tenant has no such application.", belongs=True)
            for client_id in sorted(self._request.client_ids.keys() - self._objects.clients.keys())
        ]
        chosen: dict[str, tuple[str, Reached]] = {}
        for client_id, client in self._objects.clients.items():
            reached = self._apis.reached_by(client_id)
            why = belongs(client_id, reached, self._request)
            if reason := left_alone(client, self._request.tenant_id, why):
                # Auth0 assigns client IDs, so that an administrator knows an application by its name.
                name = text(client, "name")
                named = f"Its name is {name}. {reason}" if name else reason
                others.append(OtherClient(client_id, named, belongs=bool(why)))
            else:
                chosen[client_id] = why, reached
        expressions = {client_id: express(self._objects.clients[client_id]) for client_id in chosen}
        access = {
            client_id: self._access(reached, expressions[client_id])
            for client_id, (_, reached) in chosen.items()
        }
        of_people = [
            client_id
            for client_id, expression in expressions.items()
            if expression.grant is Grant.AUTHORIZATION_CODE and not expression.obstacle
        ]
        third_parties = self._third_party_keys()
        person_access = [access[client_id] or self._every_key for client_id in of_people]
        people = PeopleOfResources(
            self._objects, self._apis.by_key, [keys for keys in (*person_access, third_parties) if keys]
        )
        clients: list[ExistingClient] = []
        for client_id, (why, reached) in sorted(chosen.items(), key=self._name_and_id):
            shown = text(self._objects.clients[client_id], "name") or client_id
            own_name = shown.removeprefix(f"flow-mcp-{self._request.tenant_id}-")
            name = free_name(own_name, {client.name for client in clients})
            clients.append(
                self._client(name, client_id, why, reached, access[client_id], expressions[client_id], people)
            )
        return Reading(
            self._server(of_people, third_parties, people),
            self._workspaces,
            tuple(sorted(clients, key=lambda client: client.name)),
            tuple(sorted(others, key=lambda other: other.client_id)),
            api_remarks(self._apis),
        )

    def _name_and_id(self, entry: tuple[str, Any]) -> tuple[str, str]:
        return text(self._objects.clients[entry[0]], "name"), entry[0]

    def _access(self, reached: Reached, expression: Expression) -> tuple[str, ...]:
        """Return the keys of the resources that a client reaches; empty if none is known."""
        person = expression.grant is Grant.AUTHORIZATION_CODE
        return tuple(reached.resources) or (self._apis.open_to_people() if person else ())

    def _third_party_keys(self) -> tuple[str, ...]:
        """Return the keys of the resources with a default grant of third-party clients for people."""
        return tuple(
            key
            for key, api in sorted(self._apis.by_key.items())
            if self._objects.grant(text(api, "identifier"), "", "user")
        )

    def _server(
        self, of_people: list[str], third_parties: tuple[str, ...], people: PeopleOfResources
    ) -> dict[str, Any]:
        """Return the settings of the authorization server; those of the request take precedence."""
        clients = (self._objects.clients[client_id] for client_id in of_people)
        completed: dict[str, Any] = {}
        if declared := tokens(self._apis.by_key.values(), clients):
            completed["tokens"] = declared
        if third_parties:
            dynamic: dict[str, Any] = {"access": list(third_parties)}
            admitted, _ = people.of(third_parties)
            completed["registration"] = {"dynamic": {**dynamic, "people": admitted}}
        return {**completed, **self._request.server}

    def _client(
        self,
        name: str,
        client_id: str,
        why: str,
        reached: Reached,
        access: tuple[str, ...],
        expression: Expression,
        people: PeopleOfResources,
    ) -> ExistingClient:
        remarks = [*expression.remarks, *_inexact(reached)]
        if not reached.resources and access:
            remarks.append(
                f"It has no client grant. The APIs of {', '.join(access)} admit every application of people."
            )
        elif not access:
            remarks.append(
                "It has no client grant for the API of an MCP server. Its access is every resource of the "
                "tenant, as in Flow's settings window: limit it."
            )
        declared = {**expression.declared, "access": list(access) or ["*"]}
        if expression.obstacle:
            listed = {key: declared[key] for key in ("grant", "access")}
            obstacle = f"{expression.obstacle} The stack lists the client and does not manage it."
            return ExistingClient(
                name,
                client_id,
                why,
                "manualRegistrations",
                {"clientId": client_id, **listed},
                (obstacle, *remarks),
            )
        if expression.grant is Grant.AUTHORIZATION_CODE and (keys := access or self._every_key):
            declared["people"], of_people = people.of(keys)
            remarks += of_people
        keep = [] if is_exact(self._objects.clients[client_id]) else ["callbacks"]
        adopted = {f"Client/{name}": {"id": client_id, **({"keep": keep} if keep else {})}}
        return ExistingClient(name, client_id, why, "clients", declared, tuple(remarks), adopted)


def _auth0(server: Mapping[str, Any]) -> Auth0:
    remedy = "Give its domain with --set domain=…, and customDomain if clients use one."
    return given_settings(Auth0, server, "the Auth0 tenant", remedy)


def _inexact(reached: Reached) -> list[str]:
    return [
        f"It has a client grant for the API {identifier} {subject}. The runtime rejects its tokens, because "
        "their audience is not the URL of an environment's MCP server."
        for identifier, subject in reached.inexact.items()
    ]
