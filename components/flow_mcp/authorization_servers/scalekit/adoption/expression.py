"""Expresses an existing MCP server and its clients in a tenant's file, and says what cannot be expressed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from flow_mcp.authorization_servers.declarable import REDIRECT_URI, is_declarable
from flow_mcp.authorization_servers.representations import Representation, objects, text, texts
from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.authorization_servers.scalekit.adoption.environment import McpServer
from flow_mcp.authorization_servers.scalekit.client_resource import client_state
from flow_mcp.authorization_servers.scalekit.declaration import MetadataDocuments, Scope
from flow_mcp.authorization_servers.scalekit.mcp_server_resource import McpServerState, mcp_server_state
from flow_mcp.declaration.base import Duration
from flow_mcp.settings import Grant

_SCOPE: TypeAdapter[Any] = TypeAdapter(Scope)
_DURATION: TypeAdapter[Any] = TypeAdapter(Duration)
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class ServerExpression:
    """The settings of an existing MCP server as those of `authorizationServer.scalekit`.

    Args:
        server: the MCP server.
        clients: its clients that the tenant's file declares.
        key: the protected resource, `<workspace>/<environment>`.

    Attributes:
        declared: the settings except the URL of the environment.
        remarks: what they do not express; one sentence each.
    """

    def __init__(self, server: McpServer, clients: Iterable[Representation], key: str) -> None:
        state = mcp_server_state("", server.representation)
        self.declared: dict[str, Any] = {}
        self.remarks: tuple[str, ...] = (
            *self._scopes(state, [frozenset(texts(client, "scopes")) for client in clients]),
            *self._lifetime(state),
            *self._registration(state, key),
        )

    def _scopes(self, state: McpServerState, of_clients: list[frozenset[str]]) -> Iterator[str]:
        common = sorted(frozenset(state.scopes).intersection(*of_clients))
        if not common or not all(is_declarable(_SCOPE, scope) for scope in common):
            yield (
                "The MCP server and its clients have no scope in common that a tenant's file can declare. "
                f"The runtime rejects their tokens until the stack sets the scope {names.SCOPE}. Remove "
                "scopes from the kept properties of the MCP server."
            )
        elif common != [names.SCOPE]:
            self.declared["scopes"] = common

    def _lifetime(self, state: McpServerState) -> Iterator[str]:
        if lifetime := duration(state.access_token_seconds):
            self.declared["tokens"] = {"access": lifetime}
        else:
            yield "The lifetime of its access tokens cannot be declared."

    def _registration(self, state: McpServerState, key: str) -> Iterator[str]:
        methods: dict[str, Any] = {}
        if state.dynamic_registration:
            methods["dynamic"] = {"access": [key], "people": "everyone"}
        if state.metadata_documents:
            documents = {
                "documents": list(state.metadata_documents),
                "access": [key],
                "people": "everyone",
            }
            try:
                MetadataDocuments.model_validate_json(json.dumps(documents))
            except ValidationError:
                yield (
                    "Its list of metadata documents cannot be declared. It stays, and the runtime rejects "
                    "the clients of these documents."
                )
            else:
                methods["metadataDocuments"] = documents
        for deviation in state.deviations:
            yield (
                f"{deviation[0].upper()}{deviation[1:]}. That cannot be declared and stays; the runtime "
                "rejects clients whose metadata document is not declared."
            )
        if methods:
            self.declared["registration"] = methods


def client_declaration(client: Representation, key: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a client's value in a tenant's file, and what it does not express; one sentence each."""
    uris = client_state("", "", client, None).redirect_uris
    grant = Grant.AUTHORIZATION_CODE if uris else Grant.CLIENT_CREDENTIALS
    declared: dict[str, Any] = {"grant": grant.value}
    remarks = []
    if uris:
        declared["clientType"] = "confidential"
        if exact := [uri for uri in uris if is_exact(uri)]:
            declared["redirectUris"] = exact
        if other := [uri for uri in uris if not is_exact(uri)]:
            remarks.append(f"Its redirect URIs {', '.join(other)} are not exact https or loopback URIs.")
    declared["access"] = [key]
    if uris:
        declared["people"] = "everyone"
    if not any(secret.get("status") == "ACTIVE" for secret in objects(client, "secrets")):
        remarks.append("It has no active secret, so it gets no tokens. Create one at Scalekit.")
    if claims := sorted(text(claim, "key") for claim in objects(client, "custom_claims")):
        remarks.append(f"It has claims of its own ({', '.join(claims)}). They stay, and are not managed.")
    return declared, tuple(remarks)


def is_exact(uri: str) -> bool:
    """Return whether a tenant's file can declare a redirect URI."""
    return is_declarable(REDIRECT_URI, uri)


def duration(seconds: int) -> str | None:
    """Return seconds as a duration of a tenant's file, such as `5m`; None if it cannot be written so."""
    unit, length = next((unit, length) for unit, length in _UNITS if not seconds % length)
    written = f"{seconds // length}{unit}"
    return written if is_declarable(_DURATION, written) else None
