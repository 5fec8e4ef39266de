"""Reads an existing realm and proposes its declaration and its imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from flow_mcp.authorization_servers.adoption import (
    AdoptionRequest,
    ExistingClient,
    Expression,
    Imports,
    OtherClient,
    Reading,
    Report,
)
from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError
from flow_mcp.authorization_servers.free_names import free_name
from flow_mcp.authorization_servers.given_settings import given_settings
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.adoption import rejected_tokens
from flow_mcp.authorization_servers.keycloak.adoption.audiences import Audiences, Reached
from flow_mcp.authorization_servers.keycloak.adoption.belonging import belongs, left_alone
from flow_mcp.authorization_servers.keycloak.adoption.expression import express, is_exact
from flow_mcp.authorization_servers.keycloak.adoption.imports import imports
from flow_mcp.authorization_servers.keycloak.adoption.people import PeopleOfResources
from flow_mcp.authorization_servers.keycloak.adoption.realm import Realm
from flow_mcp.authorization_servers.keycloak.adoption.resource_scopes import resource_scopes
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.representations import Representation, mapping, text
from flow_mcp.authorization_servers.resource_urls import environments
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant


class KeycloakReader:
    """Reads a realm; see `AdoptionReader`.

    Args:
        api: opens a connection to the admin API.
    """

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api
        self._realm: Realm
        self._audiences: Audiences
        self._by_client_id: Mapping[str, Representation] = {}

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return the address and the existing realm of an issuer `<url>/realms/<realm>`."""
        url, separator, realm = authority.rstrip("/").rpartition("/realms/")
        if not (separator and url and realm and "/" not in realm):
            return None
        return {"url": url, "realm": {"name": unquote(realm), "create": False}}

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the tenant's clients and the realm's other clients. Nothing is changed.

        Raises:
            AuthorizationServerError: Keycloak or the realm cannot be read.
        """
        server = _keycloak(request.server)
        with self._api(Administration.of(server)) as api:
            return self._read(request, server, Realm(api, server.realm.name), report)

    def imports(self, declaration: Declaration) -> Imports:
        """Return the imports for a declaration made from the last reading."""
        return imports(declaration, self._realm, self._audiences, self._by_client_id)

    def _read(self, request: AdoptionRequest, server: Keycloak, realm: Realm, report: Report) -> Reading:
        report("the realm")
        if realm.representation is None:
            raise AuthorizationServerError(
                f"Keycloak at {server.admin_url or server.url} has no realm {realm.name}. Correct the "
                "realm's name. To create a realm, declare the tenant with `flow-mcp init`."
            )
        frontend = text(mapping(realm.representation, "attributes"), "frontendUrl").rstrip("/")
        if frontend and frontend != server.url.rstrip("/"):
            raise AuthorizationServerError(
                f"The realm {realm.name} has the frontend URL {frontend}, so its issuer is not "
                f"{server.issuer}. Give --authority {frontend}/realms/{quote(realm.name)}, and the address "
                f"of the admin API with --set adminUrl={server.admin_url or server.url}."
            )
        report("clients and scopes")
        self._realm, self._audiences = realm, Audiences(request, realm)
        self._by_client_id = {text(client, "clientId"): client for client in realm.clients}
        chosen: dict[str, tuple[str, Reached]] = {}
        others: list[OtherClient] = [
            OtherClient(client_id, "The realm has no such client.", belongs=True)
            for client_id in sorted(request.client_ids.keys() - self._by_client_id.keys())
        ]
        for client_id, client in self._by_client_id.items():
            reached = self._audiences.reached_by(client)
            why = belongs(client_id, reached, request)
            if reason := left_alone(client, request.tenant_id, why):
                others.append(OtherClient(client_id, reason, belongs=bool(why)))
            else:
                chosen[client_id] = why, reached
        keys = self._audiences.keys(self._by_client_id[client_id] for client_id in chosen)
        scopes = resource_scopes(request, keys, self._audiences)
        clients = self._clients(request, chosen, scopes.by_key, report)
        completed = {**request.server, **({"scopes": scopes.declared} if scopes.declared else {})}
        return Reading(
            completed,
            environments(request, keys),
            clients,
            tuple(sorted(others, key=lambda other: other.client_id)),
            (*rejected_tokens.of_realm(realm.representation), *scopes.remarks),
        )

    def _clients(
        self,
        request: AdoptionRequest,
        chosen: Mapping[str, tuple[str, Reached]],
        scopes: Mapping[str, tuple[str, ...]],
        report: Report,
    ) -> tuple[ExistingClient, ...]:
        expressions = {client_id: express(self._by_client_id[client_id]) for client_id in chosen}
        access = {client_id: tuple(reached.resources) for client_id, (_, reached) in chosen.items()}
        every_key = tuple(sorted(scopes))
        person_access = [
            access[client_id] or every_key
            for client_id, expression in expressions.items()
            if expression.grant is Grant.AUTHORIZATION_CODE and (access[client_id] or every_key)
        ]
        people = PeopleOfResources(self._realm, scopes, person_access)
        clients: list[ExistingClient] = []
        for number, (client_id, (why, reached)) in enumerate(sorted(chosen.items()), start=1):
            report(f"client {number} of {len(chosen)}")
            own_name = client_id.removeprefix(f"flow-mcp-{request.tenant_id}-")
            name = free_name(own_name, {client.name for client in clients})
            clients.append(
                self._client(name, client_id, why, reached, expressions[client_id], people, every_key)
            )
        return tuple(sorted(clients, key=lambda client: client.name))

    def _client(
        self,
        name: str,
        client_id: str,
        why: str,
        reached: Reached,
        expression: Expression,
        people: PeopleOfResources,
        every_key: tuple[str, ...],
    ) -> ExistingClient:
        representation = self._by_client_id[client_id]
        access = list(reached.resources) or ["*"]
        remarks = [*expression.remarks, *_inexact(reached)]
        if not reached.resources:
            remarks.append(
                "No scope or mapper gives its tokens the audience of an MCP server. Its access is every "
                "resource of the tenant, as in Flow's settings window: limit it."
            )
        if expression.grant is Grant.CLIENT_CREDENTIALS:
            remarks += self._service_account(representation)
        if expression.obstacle:
            declared = {"clientId": client_id, "grant": expression.declared["grant"], "access": access}
            obstacle = f"{expression.obstacle} The stack lists the client and does not manage it."
            return ExistingClient(name, client_id, why, "manualRegistrations", declared, (obstacle, *remarks))
        declared = {**expression.declared, "access": access}
        if expression.grant is Grant.AUTHORIZATION_CODE and (reached.resources or every_key):
            declared["people"], of_people = people.of(tuple(reached.resources) or every_key)
            remarks += of_people
        keep = [] if is_exact(representation) else ["validRedirectUris"]
        adopted = {f"Client/{name}": {"id": self._id(representation), **({"keep": keep} if keep else {})}}
        return ExistingClient(name, client_id, why, "clients", declared, tuple(remarks), adopted)

    def _service_account(self, client: Representation) -> list[str]:
        try:
            roles = self._realm.roles_of_service_account(client)
        except RightsError:
            return ["The administrator may not read the roles of its service account. They stay."]
        roles = tuple(role for role in roles if role != f"default-roles-{self._realm.name.lower()}")
        if not roles:
            return []
        return [f"Its service account has the roles {', '.join(roles)}. They stay, and are not managed."]

    def _id(self, client: Representation) -> str:
        return f"{self._realm.name.replace('%', '%25')}/{text(client, 'id')}"


def _keycloak(server: Mapping[str, Any]) -> Keycloak:
    return given_settings(Keycloak, server, "the Keycloak", "Give url and realm.name, or the authority.")


def _inexact(reached: Reached) -> list[str]:
    return [
        f"{source[0].upper()}{source[1:]} adds the audience {audience}. The runtime rejects "
        "tokens with only this audience, because it is not the URL of an environment's MCP server."
        for audience, source in sorted(reached.inexact.items())
    ]
