"""The existing clients of a tenant as entries of its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flow_mcp.authorization_servers.adoption import ExistingClient, Report
from flow_mcp.authorization_servers.entra import names
from flow_mcp.authorization_servers.entra.adoption.apis import Api
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.adoption.expression import Expression, express
from flow_mcp.authorization_servers.entra.adoption.people import PeopleOfResources
from flow_mcp.authorization_servers.entra.adoption.reach import Reach, Reached
from flow_mcp.authorization_servers.free_names import free_name
from flow_mcp.authorization_servers.representations import Representation, flag, objects, text, texts
from flow_mcp.settings import Grant


class Clients:
    """Expresses the tenant's clients.

    Args:
        content: the Entra tenant.
        apis: the APIs by key of the protected resource.
        reach: the permissions of all clients.
        environments: the environments of each workspace of the tenant.
    """

    def __init__(
        self,
        content: Content,
        apis: Mapping[str, Api],
        reach: Reach,
        environments: Mapping[str, Sequence[str]],
    ) -> None:
        self._content, self._apis, self._reach = content, apis, reach
        self._every_key = tuple(f"{name}/{listed}" for name, all_ in environments.items() for listed in all_)
        self._people = PeopleOfResources(apis, ())

    def of(self, chosen: Mapping[str, str], report: Report) -> tuple[ExistingClient, ...]:
        """Return the clients, sorted by name.

        Args:
            chosen: why each client belongs to the tenant, by client ID.
            report: called with the progress.
        """
        expressions: dict[str, Expression] = {}
        for number, client_id in enumerate(sorted(chosen), start=1):
            report(f"client {number} of {len(chosen)}")
            if client_id in self._content.applications:
                app = self._content.application(client_id)
                federated = self._content.federated_credentials(client_id)
                expressions[client_id] = express(app, federated, self._reached(client_id))
        self._people = PeopleOfResources(self._apis, [*self._person_access(chosen, expressions)])
        clients: list[ExistingClient] = []
        for client_id, why in sorted(chosen.items(), key=lambda item: (self._name(item[0]), item[0])):
            if client_id != names.VSCODE or client_id in expressions:
                name = free_name(self._name(client_id), {client.name for client in clients})
                clients.append(self._client(name, client_id, why, expressions.get(client_id)))
        return tuple(sorted(clients, key=lambda client: client.name))

    def preauthorized(self, chosen: Mapping[str, str]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the value of `preauthorized`, and remarks about what it does not express."""
        access = self._vscode_access(chosen)
        other = [key for key in self._vscode_keys(chosen) if key not in access]
        remarks = (
            f"VS Code is preauthorized for {', '.join(other)}. It sends `resource`, which Entra accepts only "
            "if the Application ID URI is the MCP server's URL. The preauthorization stays, and is not "
            "managed.",
        )
        people, _ = self._people.of(access)
        declared = {"vscode": {"access": [*access], "people": people}} if access else {}
        return declared, remarks if other else ()

    def _vscode_keys(self, chosen: Mapping[str, str]) -> tuple[str, ...]:
        return self._reached(names.VSCODE).keys if names.VSCODE in chosen else ()

    def _vscode_access(self, chosen: Mapping[str, str]) -> tuple[str, ...]:
        """Return the resources for which VS Code can be declared: those whose URI is the MCP server's URL."""
        apis = {key: self._apis[key] for key in self._vscode_keys(chosen)}
        return tuple(key for key, api in apis.items() if api.uri == api.resource.url)

    def _person_access(
        self, chosen: Mapping[str, str], expressions: Mapping[str, Expression]
    ) -> Sequence[Sequence[str]]:
        people = [
            client_id
            for client_id, expression in expressions.items()
            if expression.grant is Grant.AUTHORIZATION_CODE and not expression.obstacle
        ]
        access = [self._keys(self._reached(client_id).keys or ["*"]) for client_id in people]
        return [*access, self._vscode_access(chosen)]

    def _client(self, name: str, client_id: str, why: str, expression: Expression | None) -> ExistingClient:
        reached = self._reached(client_id)
        access = list(reached.keys) or ["*"]
        remarks = [] if expression is None else [*expression.remarks]
        remarks += self._other_roles(reached)
        if not reached.keys:
            remarks.append(
                "It has no permission at the application of an MCP server. Its access is every resource of "
                "the tenant, as in Flow's settings window: limit it."
            )
            remarks += self._other_apis(client_id)
        if expression is None or expression.obstacle:
            obstacle = expression.obstacle if expression else self._foreign(client_id)
            grant = expression.grant if expression else _grant_of(reached)
            declared = {"clientId": client_id, "grant": grant.value, "access": access}
            return ExistingClient(name, client_id, why, "manualRegistrations", declared, (obstacle, *remarks))
        declared = {**expression.declared, "access": access}
        if expression.grant is Grant.AUTHORIZATION_CODE:
            declared["people"], of_people = self._people.of(self._keys(access))
            remarks += of_people
        principal = self._content.principal(client_id)
        if principal is not None and not flag(principal, "accountEnabled"):
            remarks.append("It is disabled and stays so: the property accountEnabled is kept.")
        object_id = text(self._content.applications[client_id], "id")
        adopted: dict[str, dict[str, Any]] = {f"Application/{name}": {"id": f"/applications/{object_id}"}}
        return ExistingClient(name, client_id, why, "clients", declared, tuple(remarks), adopted)

    def _other_roles(self, reached: Reached) -> Iterator[str]:
        for key in reached.roles:
            role = self._apis[key].program_role
            if role is not None and text(role, "value") not in reached.roles[key]:
                yield (
                    f"It has the role {', '.join(reached.roles[key])} of {key}, and the runtime requires "
                    f"{text(role, 'value')} in the tokens of programs."
                )

    def _other_apis(self, client_id: str) -> Iterator[str]:
        """Yield the APIs of this Entra tenant that a client requires and that can be the tenant's."""
        application = self._content.applications.get(client_id, {})
        for required in objects(application, "requiredResourceAccess"):
            api = self._content.applications.get(text(required, "resourceAppId"))
            if api and (uris := texts(api, "identifierUris")):
                yield (
                    f"It requires permissions of {text(api, 'displayName')} ({', '.join(uris)}). If that is "
                    "the application of an MCP server, name it: "
                    f"--set 'apis={{<workspace>/<environment>: {{identifierUri: \"{uris[0]}\"}}}}'."
                )

    def _foreign(self, client_id: str) -> str:
        principal: Representation = self._reach.principals.get(client_id, {})
        what = (
            "it is a managed identity"
            if text(principal, "servicePrincipalType") == "ManagedIdentity"
            else "its app registration is in another Entra tenant"
        )
        return f"The stack lists the client and does not manage it, because {what}."

    def _name(self, client_id: str) -> str:
        known = self._content.applications.get(client_id) or self._reach.principals.get(client_id, {})
        return text(known, "displayName") or client_id

    def _reached(self, client_id: str) -> Reached:
        return self._reach.by_client_id.get(client_id, Reached())

    def _keys(self, access: Sequence[str]) -> tuple[str, ...]:
        return self._every_key if "*" in access else tuple(access)


def _grant_of(reached: Reached) -> Grant:
    return Grant.CLIENT_CREDENTIALS if reached.program else Grant.AUTHORIZATION_CODE
