"""What the settings documents of all kinds have in common; a kind brings what is particular to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Literal

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
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

Authentication = Literal["none", "client-secret", "private-key-jwt", "federated"]

AskForToken = Callable[[Grant, str, "ResourceDeclared"], TokenRequest]
"""How a client asks for a token: by its grant, its client ID and the protected resource."""


def document(
    declaration: Declaration,
    server: AuthorizationServer,
    resources: Iterable[tuple[ResourceDeclared, ResourceAtServer]],
) -> SettingsDocument:
    """The document of a tenant with one authorization server, and what its resources are called there."""
    return SettingsDocument(
        tenant=declaration.tenant.id,
        authorization_servers=(server,),
        protected_resources=tuple(
            ProtectedResource(
                url=resource.url,
                workspace=resource.workspace,
                environment=resource.environment,
                authorization_servers=(at,),
            )
            for resource, at in resources
        ),
    )


def clients(
    declaration: Declaration,
    client_id: Callable[[str], str],
    ask: AskForToken,
    authentication: Callable[[ClientDeclared], Authentication] = lambda client: client.authentication,
) -> Iterator[Client]:
    """Those that the stack made, then those that somebody else registered, each by name.

    Args:
        declaration: the tenant's.
        client_id: that of a declared client, by its name.
        ask: how they ask for tokens.
        authentication: how a declared client authenticates.
    """
    for name, declared in sorted(declaration.tenant.clients.items()):
        resources = declaration.reached_by(declared.access)
        how = authentication(declared)
        yield client(name, client_id(name), declared.grant, resources, ask, "managed", how)
    for name, manual in sorted(declaration.tenant.manual_registrations.items()):
        yield client(name, manual.client_id, manual.grant, declaration.reached_by(manual.access), ask)


def client(
    name: str,
    client_id: str,
    grant: Grant,
    resources: Iterable[ResourceDeclared],
    ask: AskForToken,
    registration: Literal["managed", "manual"] = "manual",
    authentication: Authentication | None = None,
) -> Client:
    """One client and what it reaches."""
    reached = tuple(resources)
    return Client(
        name=name,
        client_id=client_id,
        registration=registration,
        grant=grant,
        authentication=authentication,
        access=tuple(resource.key for resource in reached),
        token_requests=tuple(ask(grant, client_id, resource) for resource in reached),
    )


def registration(declaration: Declaration, domains: Iterable[str] = ()) -> Registration:
    """The registration methods by which applications become clients that the declaration does not name.

    Args:
        declaration: the tenant's.
        domains: hosts of the metadata documents that the runtime accepts.
    """
    methods = declaration.server.registration_methods
    dynamic, documents = methods.get("dynamic"), methods.get("metadataDocuments")

    def keys(method: RegistrationMethod) -> tuple[str, ...]:
        return tuple(resource.key for resource in declaration.reached_by(method.access))

    return Registration(
        dynamic=DynamicRegistration(access=keys(dynamic)) if dynamic else None,
        metadata_documents=MetadataDocuments(domains=tuple(domains), access=keys(documents))
        if documents
        else None,
    )
