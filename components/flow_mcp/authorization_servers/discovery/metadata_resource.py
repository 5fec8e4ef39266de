"""The resource that reads an authorization server's metadata and makes sure that it is the declared one's."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator, ValidationError

from flow_mcp.authorization_servers.errors import MetadataError, UnreachableError
from flow_mcp.authorization_servers.http import http_client, json_object, send
from flow_mcp.engine.plugin.resource import Made, Properties, Resource


class _OtherIssuerError(MetadataError):
    """The metadata is usable, but another issuer's."""


class MetadataInputs(Properties):
    """The authorization server: its issuer, exact."""

    authority: str


Unordered = Annotated[tuple[str, ...], AfterValidator(lambda values: tuple(sorted(values)))]
"""Servers list these in any order, and another one each time."""


class MetadataState(MetadataInputs):
    """The metadata (RFC 8414, section 2; OpenID Connect Discovery 1.0, section 3).

    The scopes are left out: they change with what a stack makes after this was read, and no update of this
    resource would follow.

    Attributes:
        metadata_url: the first address of the specification's order that has it.
        client_id_metadata_document_supported: Client ID Metadata Documents (MCP, 2026-07-28).
    """

    issuer: str
    metadata_url: str
    authorization_endpoint: str | None = None
    token_endpoint: str
    registration_endpoint: str | None = None
    jwks_uri: str
    grant_types_supported: Unordered = ()
    code_challenge_methods_supported: Unordered = ()
    client_id_metadata_document_supported: bool = False
    token_endpoint_auth_methods_supported: Unordered = ()


class MetadataResource(Resource[MetadataInputs, MetadataState]):
    """An authorization server's metadata. Nothing is made: creating and updating read, deleting forgets."""

    name = "AuthorizationServerMetadata"
    inputs = MetadataInputs
    state = MetadataState

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport

    def create(self, inputs: MetadataInputs) -> Made[MetadataState]:
        return Made(inputs.authority, self._fetch(inputs.authority))

    def read(self, resource_id: str, state: MetadataState | None) -> Made[MetadataState]:
        authority = state.authority if state else resource_id
        return Made(resource_id, self._fetch(authority))

    def update(self, resource_id: str, inputs: MetadataInputs, state: MetadataState) -> MetadataState:
        del resource_id, state
        return self._fetch(inputs.authority)

    def delete(self, resource_id: str, state: MetadataState) -> None:
        pass

    def _fetch(self, authority: str) -> MetadataState:
        problems: list[MetadataError] = []
        with http_client(authority, self._transport) as client:
            for url in discovery_addresses(authority):
                try:
                    return _metadata(client, authority, url)
                except MetadataError as error:
                    problems.append(error)
        for problem in problems:
            if isinstance(problem, _OtherIssuerError):
                raise problem
        raise MetadataError(
            f"No metadata of the authorization server {authority}: {'; '.join(map(str, problems))}. "
            "Correct the authority."
        )


def discovery_addresses(authority: str) -> tuple[str, ...]:
    """Where metadata is looked for, in order (MCP authorization specification, 2026-07-28).

    RFC 8414 with the issuer's path inserted, OpenID Connect likewise, OpenID Connect appended.
    """
    parts = urlsplit(authority)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    addresses = (
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    )
    return tuple(dict.fromkeys(addresses))


def _metadata(client: httpx.Client, authority: str, url: str) -> MetadataState:
    try:
        answer = send(client, "GET", url, server=url, headers={"Accept": "application/json"})
    except UnreachableError as error:
        # The other addresses are on the same host.
        raise UnreachableError(f"The authorization server {authority} is not there: {error}") from error
    if answer.status_code != httpx.codes.OK:
        raise MetadataError(f"{url} answered {answer.status_code}")
    document = json_object(answer)
    if "issuer" not in document:
        raise MetadataError(f"{url} names no issuer")
    if document["issuer"] != authority:
        raise _OtherIssuerError(
            f"The authority is declared as {authority}, but {url} names the issuer {document['issuer']}: "
            "declare exactly the issuer, for tokens bear it and are refused otherwise."
        )
    known = {field.alias or name: document.get(name) for name, field in MetadataState.model_fields.items()}
    given = {name: value for name, value in known.items() if value is not None}
    try:
        return MetadataState.model_validate({**given, "authority": authority, "metadataUrl": url})
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise MetadataError(f"{url} has no usable {names}") from error
