"""Find the clients and registration methods of a tenant that admit an application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.applications.entry import Application, ClientType
from flow_mcp.declaration.applications.expansion import names, registration_methods
from flow_mcp.declaration.base import is_loopback
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.connect.errors import ConnectError
from flow_mcp.settings import ProtectedResource, SettingsDocument, TokenRequest


@dataclass(frozen=True)
class Reached:
    """A protected resource that the application may access.

    Attributes:
        key: `<workspace>/<environment>`.
        name: name for the MCP server in the application's configuration.
        server_url: URL of the MCP server.
        authority: issuer of the tokens.
        scopes: all scopes to request.
        authorization_url: authorization endpoint; None for registration methods.
        token_url: token endpoint; None for registration methods.
    """

    key: str
    name: str
    server_url: str
    authority: str
    scopes: tuple[str, ...]
    authorization_url: str | None
    token_url: str | None


@dataclass(frozen=True)
class Connection:
    """A client or registration method that admits the application.

    Attributes:
        admitted_by: its path in the tenant's file, such as `clients.desktop`.
        client_id: None for registration methods, where the application has its own.
        client_type: None for registration methods.
        redirect_uris: the registered ones; empty for registration methods.
        resources: sorted by workspace and environment.
    """

    admitted_by: str
    client_id: str | None
    client_type: ClientType | None
    redirect_uris: tuple[str, ...]
    resources: tuple[Reached, ...]

    @property
    def callback_port(self) -> str | None:
        """The port of the loopback redirect URI, if exactly one is registered."""
        parts = [urlsplit(uri) for uri in self.redirect_uris]
        ports = {uri.port for uri in parts if uri.port and is_loopback(uri.hostname)}
        return str(ports.pop()) if len(ports) == 1 else None


def admitted(declaration: Declaration, name: str, known: Mapping[str, Application]) -> Application:
    """Return an application, if the tenant admits it.

    Raises:
        ConnectError: there is no such application, or the tenant does not admit it.
    """
    if name not in known:
        guess = " ".join([did_you_mean(name, known), f"Known: {', '.join(sorted(known))}"]).strip()
        raise ConnectError(f"there is no known application {name}. {guess}")
    named = {*names(declaration)} | {key for key, _ in registration_methods(declaration) if key in known}
    if name not in named:
        raise ConnectError(
            f"the tenant {declaration.tenant.id} does not admit {known[name].title}. Add a client with "
            f"application: {name} to its file, or add the name to a registration method. "
            f"It admits: {', '.join(sorted(named)) or 'no known application'}"
        )
    return known[name]


def connections(declaration: Declaration, document: SettingsDocument, name: str) -> tuple[Connection, ...]:
    """Return the clients and registration methods that admit an application.

    Args:
        declaration: the tenant's declaration.
        document: the tenant's settings, which contain the client IDs.
        name: name of the application.

    Raises:
        ConnectError: the stack does not contain a declared client yet.
    """
    return (*_declared(declaration, document, name), *_registered(declaration, document, name))


def _declared(declaration: Declaration, document: SettingsDocument, name: str) -> Iterator[Connection]:
    server = document.authorization_servers[0]
    managed = {client.name: client for client in server.clients if client.registration == "managed"}
    for key, client in declaration.tenant.clients.items():
        if client.application != name:
            continue
        if key not in managed:
            raise ConnectError(
                f"the stack of {declaration.tenant.id} does not contain the client {key} yet. Run `pulumi up`"
            )
        requests = {request.resource: request for request in managed[key].token_requests}
        yield Connection(
            f"clients.{key}",
            managed[key].client_id,
            _type(client),
            client.redirect_uris,
            tuple(_reached(declaration, document, client.access, requests)),
        )


def _type(client: Client) -> ClientType:
    return "confidential" if client.confidential else "public"


def _registered(declaration: Declaration, document: SettingsDocument, name: str) -> Iterator[Connection]:
    at = f"authorizationServer.{declaration.kind.key}.{declaration.kind.registration_methods_at}"
    for key, method in registration_methods(declaration):
        # On Entra each preauthorized application is a registration method.
        if key == name or name in (getattr(method, "applications", None) or ()):
            resources = tuple(_reached(declaration, document, method.access, {}))
            yield Connection(f"{at}.{key}", None, None, (), resources)


def _reached(
    declaration: Declaration,
    document: SettingsDocument,
    access: tuple[str, ...],
    requests: Mapping[str, TokenRequest],
) -> Iterator[Reached]:
    authority = document.authorization_servers[0].authority
    documented: dict[str, ProtectedResource] = {
        described.key: described for described in document.protected_resources
    }
    for resource in declaration.reached_by(access):
        # The settings lack resources whose application an administrator has not created yet.
        if described := documented.get(resource.key):
            request = requests.get(described.url)
            yield Reached(
                key=resource.key,
                name=f"flow-{declaration.tenant.id}-{resource.workspace}-{resource.environment}",
                server_url=described.url,
                authority=authority,
                scopes=next(
                    server.scopes_advertised
                    for server in described.authorization_servers
                    if server.authority == authority
                ),
                authorization_url=request.authorization_endpoint if request else None,
                token_url=request.token_endpoint if request else None,
            )
