"""Checks of a declaration for Scalekit, made before any request to the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.scalekit.declaration import Scalekit
from flow_mcp.authorization_servers.scalekit.import_ids import import_id
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_PATH: Path = ("authorizationServer", "scalekit")


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield the findings of all checks that apply to Scalekit only."""
    server = cast("Scalekit", declaration.server)
    yield from people.check_everyone(declaration)
    yield from _resources(declaration)
    yield from _registration(declaration, server)
    yield from _adopted(declaration, server)
    if urlsplit(server.environment_url).path:
        yield Finding(
            (*_PATH, "environmentUrl"),
            "has a path, but the URL of a Scalekit environment has none",
            "Declare scheme and host only, such as https://acme.scalekit.com.",
        )
    for name, client in declaration.tenant.clients.items():
        yield from _client(("clients", name), client)


def _resources(declaration: Declaration) -> Iterator[Finding]:
    if len(declaration.resources) > 1:
        keys = ", ".join(resource.key for resource in declaration.resources)
        yield Finding(
            ("workspaces",),
            f"declares {len(declaration.resources)} protected resources ({keys}), but at Scalekit each has a "
            "separate authority and separate clients, and a tenant's settings have one authority and one ID "
            "for each client",
            "Declare one environment, or use an authorization server that has several protected resources "
            "under one authority. Do not share one MCP server: tokens would be valid for all environments.",
        )


def _registration(declaration: Declaration, server: Scalekit) -> Iterator[Finding]:
    registration_path = (*_PATH, "registration")
    if dynamic := server.registration.dynamic:
        yield from check_access(declaration, (*registration_path, "dynamic", "access"), dynamic.access)
        yield Finding(
            (*registration_path, "dynamic"),
            "lets everyone register clients with any redirect URI, because Scalekit cannot restrict hosts",
            "Use metadataDocuments if you can, because Scalekit accepts listed documents only.",
            "warning",
        )
    if documents := server.registration.metadata_documents:
        path = (*registration_path, "metadataDocuments")
        yield from check_access(declaration, (*path, "access"), documents.access)


def _adopted(declaration: Declaration, server: Scalekit) -> Iterator[Finding]:
    """Yield findings about IDs of another environment, whose import would send the credentials there."""
    for resource, adopted in (declaration.tenant.adopted or {}).items():
        object_id = adopted.id or ""
        if "://" in object_id and not object_id.startswith(import_id(server.environment_url, "res_")):
            yield Finding(
                ("adopted", resource, "id"),
                "is not an ID of the declared Scalekit environment",
                f"Begin it with {server.environment_url}, or remove the line.",
            )


def _client(path: Path, client: Client) -> Iterator[Finding]:
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "declares a client ID, but Scalekit assigns client IDs",
            "Remove it. The stack's output clientIds contains the assigned one.",
        )
    if not client.confidential:
        yield Finding(
            (*path, "clientType"),
            "is public, but every client that a stack registers at Scalekit has a secret",
            "Set clientType: confidential, or list the application's registration.metadataDocuments.",
        )
    if client.secret:
        yield Finding(
            (*path, "secret"),
            "declares an expiry or a rotation, but the stack can set neither at Scalekit",
            "Remove it. Scalekit generates a secret anyway. To replace it, register another client.",
        )
    for key, credential in (
        ("privateKeyJwt", client.private_key_jwt),
        ("federatedCredential", client.federated_credential),
    ):
        if credential:
            yield Finding(
                (*path, key),
                "is not supported by Scalekit",
                "Remove it. Scalekit generates a secret for the client.",
            )
    if client.web_origins:
        yield Finding(
            (*path, "webOrigins"),
            "is not supported by Scalekit for a single client",
            "Remove it, and allow the origin for the environment (Dashboard, Authentication, Redirect URLs).",
        )
