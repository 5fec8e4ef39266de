"""The target of a verification: a tenant at one of its authorization servers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import httpx

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.move import authority
from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.operations.verify.client_key import ClientKey
from flow_mcp.operations.verify.client_token import ClientToken
from flow_mcp.operations.verify.observation import Observation
from flow_mcp.operations.verify.web import NoAnswerError, Web
from flow_mcp.runtime import discovery_addresses
from flow_mcp.runtime.compact import CompactToken, parse_token
from flow_mcp.settings import (
    AuthorizationServer,
    Client,
    ProtectedResource,
    ResourceAtServer,
    SettingsDocument,
)


class SkipError(FlowMcpError):
    """A check cannot run; the message is the reason."""


@dataclass(frozen=True)
class Minted:
    """A token that a client received for a resource."""

    client: Client
    resource: ProtectedResource
    at_server: ResourceAtServer
    token: str = field(repr=False)
    dpop: DpopKey | None = field(default=None, repr=False)
    """The key that the token is bound to; None if the client need not bind its tokens."""

    @property
    def subject(self) -> str:
        return f"{self.client.name} for {self.resource.key}"

    @property
    def parsed(self) -> CompactToken:
        """The parsed token.

        Raises:
            Refused: the token is opaque, encrypted or malformed.
        """
        return parse_token(self.token)


@dataclass
class Target:
    """A tenant at one authorization server, with the credentials and HTTP clients for the checks.

    Attributes:
        settings: the tenant's settings document.
        server: the authorization server to verify.
        web: the HTTP client.
        declaration: the tenant's declaration, or the reason why it is unavailable.
        secrets: returns the client secrets by client name; called only to request a token.
        metadata_document: address of a client ID metadata document to test.
        mcp_server: whether the MCP servers must answer.
        client_keys: keys of clients that authenticate with private key JWT, by client name.
        environment: environment variables with an administrator's credentials.
        transport: HTTP transport for tests.
        client_tokens: other issuers' tokens of clients with a federated credential, by client name.
        assertions: identity assertions about people, by the name of the client that redeems them.
    """

    settings: SettingsDocument
    server: AuthorizationServer
    web: Web
    declaration: Declaration | str
    secrets: Callable[[], Mapping[str, str]]
    metadata_document: str | None = None
    mcp_server: bool = False
    client_keys: Mapping[str, ClientKey] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    transport: httpx.BaseTransport | None = None
    client_tokens: Mapping[str, ClientToken] = field(default_factory=dict)
    assertions: Mapping[str, ClientToken] = field(default_factory=dict)
    minted: dict[tuple[str, str], Minted | Observation] = field(default_factory=dict, repr=False)
    _hidden: set[str] = field(default_factory=set, repr=False)

    def close(self) -> None:
        if "admin" in self.__dict__:
            self.admin.__exit__(None, None, None)

    def hide(self, value: str | None) -> None:
        """Mask this value in all reports."""
        if value and len(value) > 3:
            self._hidden.add(value)

    def shown(self, text: str) -> str:
        """Return the text with secret values masked."""
        for value in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(value, "[hidden]")
        return text

    @cached_property
    def _secrets(self) -> Mapping[str, str]:
        secrets = self.secrets()
        for secret in secrets.values():
            self.hide(secret)
        return secrets

    def secret(self, client: str) -> str | None:
        """Return a client's secret; all secrets are read at the first call.

        Raises:
            FlowMcpError: secrets cannot be read.
        """
        return self._secrets.get(client)

    @property
    def declared(self) -> Declaration:
        """The tenant's declaration.

        Raises:
            SkipError: it is unavailable, or it declares another server.
        """
        if isinstance(self.declaration, str):
            raise SkipError(self.declaration)
        sides = [side for side in self.declaration.at_servers if side.kind.key == self.server.kind]
        exact = [side for side in sides if authority(side) in {None, self.server.authority}]
        if not sides:
            raise SkipError(
                f"the tenant's file declares {self.declaration.kind.key} and not this authorization server"
            )
        return (exact or sides)[0]

    @property
    def keycloak(self) -> Keycloak:
        """The declaration of this Keycloak.

        Raises:
            SkipError: it is another kind of server, or the declaration is unavailable.
        """
        if self.server.kind != "keycloak":
            raise SkipError(
                f"the clients of {self.server.kind} cannot be read: only Keycloak's admin API is supported"
            )
        return cast("Keycloak", self.declared.server)

    @cached_property
    def admin(self) -> AdminApi:
        """Keycloak's admin API.

        Raises:
            SkipError: it is another kind of server, or there are no credentials.
        """
        declared = self.keycloak
        if not any(self.environment.get(name) for name in ("KEYCLOAK_PASSWORD", "KEYCLOAK_CLIENT_SECRET")):
            raise SkipError(
                "the environment has no administrator's credentials "
                "(KEYCLOAK_USER and KEYCLOAK_PASSWORD, or KEYCLOAK_CLIENT_SECRET)"
            )
        return AdminApi(Administration.of(declared), self.environment, self.transport)

    @cached_property
    def documents(self) -> dict[str, dict[str, Any] | str]:
        """The metadata document of each address, or the reason why it has none."""
        documents: dict[str, dict[str, Any] | str] = {}
        for address in discovery_addresses(self.server):
            try:
                documents[address] = self.web.json(address)
            except NoAnswerError as error:
                documents[address] = str(error)
        return documents

    @property
    def metadata(self) -> dict[str, Any]:
        """The server's metadata.

        Raises:
            SkipError: no address has metadata.
        """
        for document in self.documents.values():
            if isinstance(document, dict):
                return document
        raise SkipError("the server's metadata is unavailable (V-DISCOVERY-001)")

    @property
    def managed(self) -> tuple[Client, ...]:
        """The clients that the stack created."""
        return tuple(client for client in self.server.clients if client.registration == "managed")

    def resource(self, url: str) -> ProtectedResource:
        """Return the protected resource with this URL."""
        return next(resource for resource in self.settings.protected_resources if resource.url == url)

    def scopes(self, resource: ProtectedResource) -> tuple[str, ...]:
        """Return the scopes that clients request from this server for a resource."""
        return next(
            (
                at_server.scopes_advertised
                for at_server in resource.authorization_servers
                if at_server.authority == self.server.authority
            ),
            (),
        )
