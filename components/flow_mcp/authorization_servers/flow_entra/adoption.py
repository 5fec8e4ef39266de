"""Reads what exists for a tenant in the Entra tenant of the Flow instance, for `flow-mcp adopt`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flow_mcp.authorization_servers.adoption import AdoptionRequest, ExistingClient, Imports, Reading, Report
from flow_mcp.authorization_servers.entra import Entra, names
from flow_mcp.authorization_servers.entra.adoption.reader import EntraReader
from flow_mcp.authorization_servers.entra.graph_api import GraphApi
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
from flow_mcp.authorization_servers.flow_entra.instance import entra, entra_of_instance, on_premises
from flow_mcp.authorization_servers.given_settings import given_settings
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.instance import Deployment, Instance
from flow_mcp.settings import Grant

_ENTRA = (
    "the Flow instance's Entra tenant",
    "Correct flowEntra in the tenant's file or flow-mcp:instance in Pulumi.yaml.",
)
_ON_PREMISES = "On-premises, an Azure administrator manages it. The stack lists it."


class FlowEntraReader:
    """Reads the instance's Entra tenant; see `AdoptionReader`.

    On-premises, the reading has the applications that an administrator registered, and no imports.

    Args:
        api: opens a connection to Microsoft Graph.
    """

    def __init__(self, api: Callable[[Entra], GraphApi] = GraphApi) -> None:
        self._reader = EntraReader(api)

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return no settings for an issuer of Entra, because `flow-mcp:instance` declares them."""
        return None if self._reader.server_of(authority) is None else {}

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the tenant's clients and the Entra tenant's other applications. Nothing is changed.

        Raises:
            AuthorizationServerError: the instance declares no Entra tenant, or it cannot be read.
        """
        server = given_settings(FlowEntra, request.server, *_ENTRA)
        instance = given_settings(Instance, request.instance, *_ENTRA)
        if instance.flow_entra is None:
            raise AuthorizationServerError(
                "flow-mcp:instance declares no flowEntra, so its Entra tenant is not known. Add it in "
                "Pulumi.yaml."
            )
        reading = self._reader.read_tenant(request, entra_of_instance(instance.flow_entra, server), report)
        if instance.flow_entra.deployment is Deployment.ON_PREMISES:
            return _registered(reading, self._reader.api_client_ids)
        return reading

    def imports(self, declaration: Declaration) -> Imports:
        """Return the imports for a declaration made from the last reading."""
        if on_premises(declaration):
            return Imports((), ())
        return self._reader.imports_of(declaration, entra(declaration))


def _registered(reading: Reading, api_client_ids: Mapping[str, str]) -> Reading:
    """Return the reading of an on-premises instance, whose applications an administrator manages."""
    server = dict(reading.server)
    preauthorized = server.pop("preauthorized", {})
    applications = {key: {"clientId": client_id} for key, client_id in sorted(api_client_ids.items())}
    clients = [_listed(client) for client in reading.clients]
    if vscode := preauthorized.get("vscode"):
        grant = Grant.AUTHORIZATION_CODE.value
        declared = {"clientId": names.VSCODE, "grant": grant, "access": vscode["access"]}
        why = f"It is preauthorized for {', '.join(vscode['access'])}."
        clients.append(
            ExistingClient("vscode", names.VSCODE, why, "manualRegistrations", declared, (_ON_PREMISES,))
        )
    return replace(
        reading,
        server=server | ({"applications": applications} if applications else {}),
        clients=tuple(sorted(clients, key=lambda client: client.name)),
    )


def _listed(client: ExistingClient) -> ExistingClient:
    if client.section == "manualRegistrations":
        return client
    declared = {
        "clientId": client.client_id,
        "grant": client.declared["grant"],
        "access": client.declared["access"],
    }
    remarks = (_ON_PREMISES, *client.remarks)
    return replace(client, section="manualRegistrations", declared=declared, remarks=remarks, adopted={})
