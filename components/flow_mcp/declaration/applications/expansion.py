"""Expand the names of known applications into clients, hosts and metadata documents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from flow_mcp.declaration.applications.entry import CALLBACK_ID, Application
from flow_mcp.declaration.authorization_server import RegistrationMethod
from flow_mcp.declaration.base import split_url
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.tenant import MOVES
from flow_mcp.settings import Grant

_GRANT = Grant.AUTHORIZATION_CODE.value


def with_grants(tenant: Any) -> Any:
    """Return a tenant's plain value with a grant for each client that has an application and no grant."""
    if not isinstance(tenant, dict):
        return tenant
    tenant = {**tenant, **{key: with_grants(tenant[key]) for key in MOVES if key in tenant}}
    clients = tenant.get("clients")
    if not isinstance(clients, dict):
        return tenant
    named = {
        name: {"grant": _GRANT, **client}
        for name, client in clients.items()
        if isinstance(client, dict) and "application" in client and "grant" not in client
    }
    return {**tenant, "clients": {**clients, **named}} if named else tenant


def names(declaration: Declaration) -> Iterator[str]:
    """Yield the names of applications in a declaration, with repetitions."""
    for client in declaration.tenant.clients.values():
        if client.application:
            yield client.application
    for _, method in registration_methods(declaration):
        yield from getattr(method, "applications", None) or ()


def registration_methods(declaration: Declaration) -> Iterator[tuple[str, RegistrationMethod]]:
    """Yield the open registration methods with their keys; none if the server's declaration is invalid."""
    server = getattr(declaration.tenant.authorization_server, declaration.kind.field, None)
    if server is not None:
        yield from ((key, method) for key, method in server.registration_methods.items() if method)


def expanded(declaration: Declaration, known: Mapping[str, Application]) -> Declaration:
    """Return the declaration with the values that its applications supply; declared values are kept.

    Args:
        declaration: a declaration, expanded or not; unknown applications are ignored.
        known: the known applications by name.
    """
    if not any(names(declaration)):
        return declaration
    tenant = declaration.tenant
    clients = {
        name: _client(declaration, client, known.get(client.application or ""))
        for name, client in tenant.clients.items()
    }
    choice, field = tenant.authorization_server, declaration.kind.field
    if (server := getattr(choice, field, None)) is not None:
        choice = choice.model_copy(update={field: _server(server, known)})
    update = {"clients": clients, "authorization_server": choice}
    return replace(declaration, tenant=tenant.model_copy(update=update))


def redirect_uris(declaration: Declaration, client: Client, application: Application) -> tuple[str, ...]:
    """Return the redirect URIs of an application, for the protected resources that a client may access."""
    templates = application.resource_redirect_uris
    return (
        *application.redirect_uris,
        *application.private_use_redirect_uris,
        *(
            template.replace(CALLBACK_ID, callback_id(resource.url))
            for resource in declaration.reached_by(client.access)
            for template in templates
        ),
    )


def callback_id(url: str) -> str:
    """Return the last path segment of Codex's callback for an MCP server (openai/codex#20237).

    Args:
        url: URL of the protected resource, normalized as in declarations.
    """
    digest = hashlib.sha256(url.encode()).digest()[:9]
    return base64.urlsafe_b64encode(digest).decode()


def _client(declaration: Declaration, client: Client, application: Application | None) -> Client:
    if application is None or client.grant is not Grant.AUTHORIZATION_CODE:
        return client
    update: dict[str, Any] = {}
    if application.client_types[0] == "confidential" and not client.client_type and not client.credentials:
        update["client_type"] = "confidential"
    if not client.redirect_uris and application.callback is None:
        update["redirect_uris"] = redirect_uris(declaration, client, application)
    if not client.web_origins and not client.confidential:
        update["web_origins"] = application.web_origins
    return client.model_copy(update=update)


def _server(server: Any, known: Mapping[str, Application]) -> Any:
    """Return the authorization server with the hosts and documents of the applications that it names."""
    registration = getattr(server, "registration", None)
    update = {}
    for field in ("dynamic", "metadata_documents"):
        method = getattr(registration, field, None)
        if method is not None and getattr(method, "applications", None):
            named = [known[name] for name in method.applications if name in known]
            update[field] = method.model_copy(update=dict(_filled(field, method, named)))
    if not update or registration is None:
        return server
    return server.model_copy(update={"registration": registration.model_copy(update=update)})


def _filled(field: str, method: Any, named: list[Application]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the method's fields for hosts and documents, with the values of the applications added."""
    documents = [application.metadata_document for application in named if application.metadata_document]
    domains = {split_url(document).hostname or "" for document in documents}
    redirects = {
        host
        for application in named
        for host in (*application.redirect_hosts, *application.registration_hosts)
    }
    values: dict[str, Iterable[str]] = {"redirect_hosts": sorted(redirects)}
    if field == "metadata_documents":
        # The hosts of the documents are permitted already.
        values = {
            "domains": sorted(domains),
            "documents": sorted(set(documents)),
            "redirect_hosts": sorted(redirects - domains),
        }
    for key, more in values.items():
        if key in type(method).model_fields:
            yield key, tuple(dict.fromkeys((*getattr(method, key), *more)))
