"""Builds the parts of a settings document that are the same for all kinds of authorization servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

from flow_mcp.authorization_servers.proofs import accepted_proofs
from flow_mcp.declaration.authorization_server import RegistrationMethod
from flow_mcp.declaration.clients import Client as ClientDeclared
from flow_mcp.settings import (
    AuthorizationServer,
    Client,
    DynamicRegistration,
    Grant,
    MetadataDocuments,
    ProtectedResource,
    Registration,
    ResourceAtServer,
    SettingsDocument,
    TokenRequest,
)

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared, ServerIds

Authentication = Literal["none", "client-secret", "private-key-jwt", "federated"]

RequestForToken = Callable[[Grant, str, "ResourceDeclared"], TokenRequest]
"""Return the token request of a client from its grant, its client ID and the protected resource."""


def document(
    declaration: Declaration,
    server: AuthorizationServer,
    resources: Iterable[tuple[ResourceDeclared, ResourceAtServer]],
) -> SettingsDocument:
    """Return the settings document of a tenant with one authorization server.

    Args:
        declaration: the tenant's declaration.
        server: the authorization server.
        resources: each protected resource with its audiences and scopes at the server.
    """
    return SettingsDocument(
        tenant=declaration.tenant.id,
        authorization_servers=(server,),
        protected_resources=tuple(
            ProtectedResource(
                url=resource.url,
                workspace=resource.workspace,
                environment=resource.environment,
                authorization_servers=(
                    resource_at_server.model_copy(update={"dpop": accepted_proofs(declaration, resource)}),
                ),
            )
            for resource, resource_at_server in resources
        ),
    )


def settings_document(declaration: Declaration, ids: Iterable[ServerIds]) -> SettingsDocument:
    """Return the settings document of a tenant, with both authorization servers during a move.

    Args:
        declaration: the tenant's declaration.
        ids: identifiers that each authorization server assigned, in the order of `at_servers`.
    """
    servers = zip(declaration.at_servers, ids, strict=True)
    preferred, *others = (side.kind.settings(side, assigned) for side, assigned in servers)
    return _with_both(preferred, others[0]) if others else preferred


def _with_both(preferred: SettingsDocument, other: SettingsDocument) -> SettingsDocument:
    """Return the document with both servers; a resource that only one of them protects has one server."""
    resources = {resource.key: resource for resource in other.protected_resources}
    for resource in preferred.protected_resources:
        elsewhere = resources.get(resource.key)
        at_servers = (
            *resource.authorization_servers,
            *(elsewhere.authorization_servers if elsewhere else ()),
        )
        resources[resource.key] = resource.model_copy(update={"authorization_servers": at_servers})
    return SettingsDocument(
        tenant=preferred.tenant,
        authorization_servers=(*preferred.authorization_servers, *other.authorization_servers),
        protected_resources=tuple(
            sorted(resources.values(), key=lambda resource: (resource.workspace, resource.environment))
        ),
    )


def clients(
    declaration: Declaration,
    client_id: Callable[[str], str],
    token_request: RequestForToken,
    authentication: Callable[[ClientDeclared], Authentication] = lambda client: client.authentication,
) -> Iterator[Client]:
    """Yield the declared clients, then the manual registrations, each group sorted by name.

    Args:
        declaration: the tenant's declaration.
        client_id: returns the client ID of a declared client from its name.
        token_request: returns the token request of a client.
        authentication: returns the authentication of a declared client.
    """
    for name, declared in sorted(declaration.tenant.clients.items()):
        resources = declaration.reached_by(declared.access)
        yield client(
            name,
            client_id(name),
            declared.grant,
            resources,
            token_request,
            "managed",
            authentication(declared),
            declaration.binding(declared),
        )
    for name, manual in sorted(declaration.tenant.manual_registrations.items()):
        resources = declaration.reached_by(manual.access)
        yield client(
            name,
            manual.client_id,
            manual.grant,
            resources,
            token_request,
            binding=declaration.binding(manual),
        )


def client(
    name: str,
    client_id: str,
    grant: Grant,
    resources: Iterable[ResourceDeclared],
    token_request: RequestForToken,
    registration: Literal["managed", "manual"] = "manual",
    authentication: Authentication | None = None,
    binding: Literal["dpop"] | None = None,
) -> Client:
    """Return a client of the settings document, with its access and one token request for each resource."""
    accessible = tuple(resources)
    return Client(
        name=name,
        client_id=client_id,
        registration=registration,
        grant=grant,
        authentication=authentication,
        binding=binding,
        access=tuple(resource.key for resource in accessible),
        token_requests=tuple(token_request(grant, client_id, resource) for resource in accessible),
    )


def registration(declaration: Declaration, domains: Iterable[str] = ()) -> Registration:
    """Return the open registration methods of the tenant and the access of the clients that use them.

    Args:
        declaration: the tenant's declaration.
        domains: hosts whose client ID metadata documents the runtime accepts.
    """
    methods = declaration.server.registration_methods
    dynamic, documents = methods.get("dynamic"), methods.get("metadataDocuments")
    binding = declaration.binding()

    def keys(method: RegistrationMethod) -> tuple[str, ...]:
        return tuple(resource.key for resource in declaration.reached_by(method.access))

    return Registration(
        dynamic=DynamicRegistration(access=keys(dynamic), binding=binding) if dynamic else None,
        metadata_documents=MetadataDocuments(domains=tuple(domains), access=keys(documents), binding=binding)
        if documents
        else None,
    )
