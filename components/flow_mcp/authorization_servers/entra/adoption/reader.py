"""Reads an existing Entra tenant and proposes its declaration and its imports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flow_mcp.authorization_servers.adoption import (
    AdoptionRequest,
    ExistingClient,
    Imports,
    OtherClient,
    Reading,
    Report,
)
from flow_mcp.authorization_servers.entra import names
from flow_mcp.authorization_servers.entra.adoption.api_remarks import api_remarks
from flow_mcp.authorization_servers.entra.adoption.apis import Api, Apis, apis_of
from flow_mcp.authorization_servers.entra.adoption.belonging import left_alone, others_of, why_chosen
from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.entra.adoption.existing_clients import Clients
from flow_mcp.authorization_servers.entra.adoption.imports import imports
from flow_mcp.authorization_servers.entra.adoption.reach import Reach, Reached, reach_of
from flow_mcp.authorization_servers.entra.clouds import CLOUD_VALUES
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.graph_api import GraphApi
from flow_mcp.authorization_servers.given_settings import given_settings
from flow_mcp.authorization_servers.representations import text
from flow_mcp.authorization_servers.resource_urls import environments
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.entra_tenants import GUID

_ISSUER = re.compile(r"https://([a-z.]+)/([0-9A-Fa-f-]{36})/v2\.0/?")


class EntraReader:
    """Reads an Entra tenant; see `AdoptionReader`.

    Args:
        api: opens a connection to Microsoft Graph.
    """

    def __init__(self, api: Callable[[Entra], GraphApi] = GraphApi) -> None:
        self._api = api
        self._entra: Entra
        self._content: Content
        self._apis: Apis
        self._clients: tuple[ExistingClient, ...] = ()

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return the Entra tenant and the cloud of an issuer of version 2.0."""
        match = _ISSUER.fullmatch(authority)
        clouds = [cloud for cloud, values in CLOUD_VALUES.items() if match and values.login == match[1]]
        if match is None or not clouds or not GUID.fullmatch(match[2].lower()):
            return None
        cloud = {} if clouds[0] is Entra.model_fields["cloud"].default else {"cloud": clouds[0].value}
        return {"tenantId": match[2].lower(), **cloud}

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the tenant's clients and the Entra tenant's other applications. Nothing is changed.

        Raises:
            AuthorizationServerError: the Entra tenant cannot be read.
        """
        return self.read_tenant(request, entra_of(request.server), report)

    def read_tenant(self, request: AdoptionRequest, entra: Entra, report: Report) -> Reading:
        """Return the reading of an Entra tenant whose settings are known."""
        # Entra's client IDs are in lower case, and people can have copied them in upper case.
        named = {client_id.lower(): source for client_id, source in request.client_ids.items()}
        with self._api(entra) as api:
            return self._read(replace(request, client_ids=named), entra, Content(api), report)

    @property
    def api_client_ids(self) -> Mapping[str, str]:
        """The client IDs of the APIs of the last reading, by key of the protected resource."""
        return {key: api.client_id for key, api in self._apis.by_key.items()}

    def imports(self, declaration: Declaration) -> Imports:
        """Return the imports for a declaration made from the last reading."""
        return self.imports_of(declaration, entra_of(_settings(declaration)))

    def imports_of(self, declaration: Declaration, entra: Entra) -> Imports:
        """Return the imports for a declaration whose Entra tenant is known."""
        by_name = {client.name: client.client_id for client in self._clients}
        with self._api(self._entra) as api:
            content = Content(api, self._content.cache)
            return imports(declaration, entra, content, self._apis.by_key, by_name)

    def _read(self, request: AdoptionRequest, entra: Entra, content: Content, report: Report) -> Reading:
        report("the app registrations")
        apis = apis_of(request, entra, content)
        report("the assignments")
        reach = reach_of(content, apis.by_key)
        self._entra, self._content, self._apis = entra, content, apis
        chosen: dict[str, str] = {}
        others: list[OtherClient] = []
        clients_and_others = {*content.applications, *reach.by_client_id} - apis.client_ids
        for client_id in sorted({*clients_and_others, *request.client_ids}):
            why = why_chosen(client_id, reach.by_client_id.get(client_id, Reached()), request)
            reason = left_alone(client_id, content, apis, reach, request, why)
            if reason:
                others.append(OtherClient(client_id, reason, belongs=bool(why)))
            else:
                chosen[client_id] = why
        environments_known = environments(request, tuple(apis.by_key))
        clients = Clients(content, apis.by_key, reach, environments_known)
        self._clients = clients.of(chosen, report)
        preauthorized, of_preauthorized = clients.preauthorized(chosen)
        listed, further = others_of(others)
        return Reading(
            _server(request, entra, apis.by_key, preauthorized),
            environments_known,
            self._clients,
            listed,
            (*apis.remarks, *_remarks(apis.by_key, reach), *of_preauthorized, *further),
        )


def entra_of(server: Mapping[str, Any]) -> Entra:
    """Return the settings of an Entra tenant.

    Raises:
        AuthorizationServerError: they are invalid.
    """
    return given_settings(Entra, server, "the Entra tenant", "Give tenantId, or the authority.")


def _settings(declaration: Declaration) -> Mapping[str, Any]:
    settings: Mapping[str, Any] = declaration.server.model_dump(mode="json", by_alias=True, exclude_none=True)
    return settings


def _server(
    request: AdoptionRequest, entra: Entra, apis: Mapping[str, Api], preauthorized: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the declared settings with the names of existing APIs and the preauthorized applications."""
    declared = {key: listed for key, api in apis.items() if (listed := _names(request, entra, api))}
    server = {key: value for key, value in request.server.items() if key != "apis"}
    return {
        **server,
        **({"apis": declared} if declared else {}),
        **({"preauthorized": preauthorized} if preauthorized else {}),
    }


def _names(request: AdoptionRequest, entra: Entra, api: Api) -> dict[str, str]:
    values = (
        ("scope", api.scope, names.SCOPE),
        ("programRole", api.program_role, names.PROGRAM_ROLE),
        ("personRole", api.person_role, names.PERSON_ROLE),
    )
    declared = {
        key: text(permission, "value")
        for key, permission, own in values
        if permission and text(permission, "value") != own
    }
    own_uri = names.own_identifier_uri(request.flow_server, request.tenant_id, entra, api.resource)
    return ({} if api.uri == own_uri else {"identifierUri": api.uri}) | declared


def _remarks(apis: Mapping[str, Api], reach: Reach) -> Sequence[str]:
    remarks = [remark for api in apis.values() for remark in api_remarks(api)]
    if reach.unread:
        remarks.append(
            f"The granted delegated permissions of {', '.join(reach.unread)} could not be read. Clients that "
            "have no other permission are missing here. Grant DelegatedPermissionGrant.Read.All, or "
            "Directory.Read.All, to list them."
        )
    return remarks
