"""An Entra tenant in memory that answers the requests of an adoption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self
from uuid import NAMESPACE_DNS, uuid5

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.entra.adoption.reader import EntraReader
from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.flow_entra.adoption import FlowEntraReader
from flow_mcp.operations.adopt.proposal import Proposal, propose

TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
FLOW = "https://flow.contoso.example/flow"
PRODUCTION = f"{FLOW}/mcp/tenants/acme/workspaces/1/environments/production"


def guid(name: str) -> str:
    """Return an ID that is the same in every run."""
    return str(uuid5(NAMESPACE_DNS, name))


class DirectoryInMemory:
    """Answers from prepared objects by path. An unprepared path has no object; an exception is raised."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def find(self, path: str, **_: str) -> Any:
        return self._answer(path)

    def listed(self, path: str, **parameters: str) -> Iterator[Any]:
        entries = self._answer(f"{path}{parameters.get('filter', '')}")
        yield from (entry for entry in entries or () if isinstance(entry, dict))

    def _answer(self, path: str) -> Any:
        answer = self._content.get(path)
        if isinstance(answer, Exception):
            raise answer
        return answer


def application(name: str, **properties: Any) -> dict[str, Any]:
    """Return an app registration."""
    return {"id": guid(f"{name} object"), "appId": guid(name), "displayName": name, **properties}


def directory(
    *applications: dict[str, Any],
    assigned: Mapping[str, list[dict[str, Any]]] | None = None,
    **principals: dict[str, Any],
) -> dict[str, Any]:
    """Return the answers of an Entra tenant.

    Args:
        applications: the app registrations.
        assigned: assignments to an application, by its name.
        principals: properties of service principals, by the application's name without spaces.
    """
    content: dict[str, Any] = {"/v1.0/applications": list(applications)}
    for entry in applications:
        name, object_id = entry["displayName"], entry["id"]
        content[f"/v1.0/applications/{object_id}"] = entry
        principal = {
            "id": guid(f"{name} principal"),
            "appId": entry["appId"],
            "displayName": name,
            "accountEnabled": True,
            "appRoleAssignmentRequired": True,
            **principals.get(str(name).replace(" ", ""), {}),
        }
        content[f"/v1.0/servicePrincipals(appId='{entry['appId']}')"] = principal
        content[f"/v1.0/servicePrincipals/{principal['id']}"] = principal
    for name, assignments in (assigned or {}).items():
        content[f"/v1.0/servicePrincipals/{guid(f'{name} principal')}/appRoleAssignedTo"] = assignments
    return content


def api(name: str = "Api", *uris: str, **properties: Any) -> dict[str, Any]:
    """Return the app registration of an API with the stack's permissions, made by hand."""
    scope = {"id": guid("scope"), "value": "mcp.access", "isEnabled": True, "type": "Admin"}
    roles = [
        {
            "id": guid(value),
            "value": value,
            "isEnabled": True,
            "allowedMemberTypes": [member],
            "displayName": value,
            "description": value,
        }
        for value, member in (("mcp.program", "Application"), ("mcp.person", "User"))
    ]
    return application(
        name,
        identifierUris=[*(uris or (PRODUCTION,))],
        api={"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope]},
        appRoles=roles,
        **properties,
    )


def program(name: str, role: str = "mcp.program") -> dict[str, Any]:
    """Return the assignment of a role to a program."""
    return {
        "id": f"assignment-{name}-{role}",
        "appRoleId": guid(role),
        "principalId": guid(f"{name} principal"),
        "principalType": "ServicePrincipal",
    }


SECRET = {"keyId": "k", "startDateTime": "2026-06-20T01:00:00Z", "endDateTime": "2026-12-20T01:00:00Z"}


def proposal(content: Mapping[str, Any], **request: Any) -> Proposal:
    """Return the proposal for the tenant acme of an Entra tenant with this content."""
    server = {"tenantId": TENANT}
    reader = EntraReader(lambda _: DirectoryInMemory(content))  # type: ignore[arg-type,return-value]
    known = AdoptionRequest("acme", FLOW, **{"server": server, **request})
    return propose("acme", "entra", reader, known, {"server": FLOW}, lambda _: None)


def instance_proposal(content: Mapping[str, Any], deployment: str) -> Proposal:
    """Return the proposal for the tenant acme on the instance's Entra tenant."""
    flow_entra = {"tenantId": TENANT, "deployment": deployment, "verifiedDomains": ["contoso.example"]}
    instance = {"server": FLOW, "flowEntra": flow_entra}
    reader = FlowEntraReader(lambda _: DirectoryInMemory(content))  # type: ignore[arg-type,return-value]
    known = AdoptionRequest("acme", FLOW, {}, instance=instance)
    return propose("acme", "flow-entra", reader, known, instance, lambda _: None)


FORBIDDEN = RightsError("Microsoft Graph does not permit it.")
