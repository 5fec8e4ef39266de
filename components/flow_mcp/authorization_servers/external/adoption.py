"""Proposes the declaration of a server of which only the issuer and client IDs are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flow_mcp.authorization_servers.adoption import AdoptionRequest, ExistingClient, Imports, Reading, Report
from flow_mcp.authorization_servers.discovery.metadata_resource import MetadataInputs, MetadataResource
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.free_names import free_name
from flow_mcp.authorization_servers.resource_urls import environments
from flow_mcp.declaration.declaration import Declaration

_GRANT = (
    "Its grant is not known. If people sign in through it, set grant: authorization-code, and "
    "authorizationServer.external.tokens.person."
)


def _fetch_metadata(authority: str) -> None:
    """Fetch the metadata, which must name the authority as its issuer."""
    MetadataResource().create(MetadataInputs(authority=authority))


class ExternalReader:
    """Reads the metadata of a server, whose clients no standard lists; see `AdoptionReader`.

    Args:
        fetch_metadata: fetches the metadata of an issuer, and raises an error if it is not published.
    """

    def __init__(self, fetch_metadata: Callable[[str], None] = _fetch_metadata) -> None:
        self._fetch_metadata = fetch_metadata

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return the settings of the server with this issuer: any issuer can be one."""
        return {"authority": authority}

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the named clients as manual registrations. Nothing is changed.

        Raises:
            AuthorizationServerError: there is no metadata, or scopes or clients are not named.
        """
        authority, resources = request.server.get("authority"), request.server.get("resources")
        if not isinstance(authority, str):
            raise AuthorizationServerError("The issuer of the server is not known. Give it with --authority.")
        report("the metadata")
        self._fetch_metadata(authority)
        if not request.client_ids:
            raise AuthorizationServerError(
                f"No standard lists the clients of {authority}. Name them with --client or --settings."
            )
        if not isinstance(resources, dict) or not resources:
            raise AuthorizationServerError(
                f"The scopes at {authority} are not known. Give those of each MCP server with "
                "--set 'resources={456/production: {scopes: [mcp:access]}}'."
            )
        clients: list[ExistingClient] = []
        for client_id, source in sorted(request.client_ids.items()):
            name = free_name(client_id, {client.name for client in clients})
            declared = {"clientId": client_id, "access": ["*"]}
            why = f"It is named by {source}."
            access = "Its access is every resource of the tenant, as in Flow's settings window: limit it."
            clients.append(
                ExistingClient(name, client_id, why, "manualRegistrations", declared, (_GRANT, access))
            )
        return Reading(
            request.server,
            environments(request, tuple(map(str, resources))),
            tuple(sorted(clients, key=lambda client: client.name)),
        )

    def imports(self, declaration: Declaration) -> Imports:
        """Return no imports: the stack lists the clients and does not manage them."""
        del declaration
        return Imports((), ())
