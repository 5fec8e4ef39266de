"""What Scalekit cannot do, or would do wrong, found before it is called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_HERE: Path = ("authorizationServer", "scalekit")


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to Scalekit."""
    server = cast("Scalekit", declaration.server)
    yield from people.check_everyone(declaration)
    yield from _resources(declaration)
    yield from _registration(declaration, server)
    if urlsplit(server.environment_url).path:
        yield Finding(
            (*_HERE, "environmentUrl"),
            "has a path, and a Scalekit environment has none",
            "Write scheme and host only, such as https://acme.scalekit.com.",
        )
    for name, client in declaration.tenant.clients.items():
        yield from _client(("clients", name), client)


def _resources(declaration: Declaration) -> Iterator[Finding]:
    if len(declaration.resources) > 1:
        keys = ", ".join(resource.key for resource in declaration.resources)
        yield Finding(
            ("workspaces",),
            f"declares {len(declaration.resources)} protected resources ({keys}), but at Scalekit each has "
            "an authority and clients of its own, and a tenant's settings have one authority and one ID for "
            "each client; with one MCP server for all, each environment's token would fit every other",
            "Declare one environment, or use an authorization server that has several under one authority.",
        )


def _registration(declaration: Declaration, server: Scalekit) -> Iterator[Finding]:
    here = (*_HERE, "registration")
    if dynamic := server.registration.dynamic:
        yield from check_access(declaration, (*here, "dynamic", "access"), dynamic.access)
        yield Finding(
            (*here, "dynamic"),
            "lets anyone register clients, with any redirect URI: Scalekit has no list of hosts",
            "metadataDocuments are narrower: Scalekit accepts only those that are listed.",
            "warning",
        )
    if documents := server.registration.metadata_documents:
        path = (*here, "metadataDocuments")
        yield from check_access(declaration, (*path, "access"), documents.access)


def _client(path: Path, client: Client) -> Iterator[Finding]:
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "chooses a client ID, but Scalekit assigns them",
            "Remove it; the stack's output clientIds has the one that Scalekit gave.",
        )
    if not client.confidential:
        yield Finding(
            (*path, "clientType"),
            "is public, but every client that is registered at Scalekit has a secret",
            "Say clientType: confidential, or let the application come by registration.metadataDocuments.",
        )
    if client.secret:
        yield Finding(
            (*path, "secret"),
            "gives the secret an end, but Scalekit's client secrets have none",
            "Remove it; Scalekit makes a secret anyway.",
        )
    for key, given in (
        ("privateKeyJwt", client.private_key_jwt),
        ("federatedCredential", client.federated_credential),
    ):
        if given:
            yield Finding(
                (*path, key),
                "is not something that Scalekit offers",
                "Remove it; Scalekit gives the client a secret.",
            )
    if client.web_origins:
        yield Finding(
            (*path, "webOrigins"),
            "is not something that Scalekit has for a client",
            "Remove it, and allow the origin for the environment: Dashboard, Authentication, Redirect URLs.",
        )
