"""The resource that reads an authorization server's metadata and checks that it names the declared issuer."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

import httpx
from pydantic import AfterValidator, ValidationError

from flow_mcp.authorization_servers.errors import MetadataError, UnreachableError
from flow_mcp.authorization_servers.http import http_client, json_object, send
from flow_mcp.engine.plugin.resource import Made, Properties, Resource


class _OtherIssuerError(MetadataError):
    """The metadata is usable, but names another issuer."""


class MetadataInputs(Properties):
    """The inputs of the metadata resource.

    Attributes:
        authority: the issuer, byte for byte.
    """

    authority: str


Unordered = Annotated[tuple[str, ...], AfterValidator(lambda values: tuple(sorted(values)))]
"""Values whose order varies between a server's responses; they are sorted."""


class MetadataState(MetadataInputs):
    """The metadata (RFC 8414, section 2; OpenID Connect Discovery 1.0, section 3).

    The scopes are left out: they change when the stack creates scopes after this read, and nothing would then
    update this resource.

    Attributes:
        metadata_url: the first URL, in the order of the specification, that has the metadata.
        client_id_metadata_document_supported: whether the server supports client ID metadata documents (MCP,
            2026-07-28).
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
    """An authorization server's metadata. Create and update read it; nothing is created at the server."""

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
            f"The authorization server {authority} has no usable metadata: {'; '.join(map(str, problems))}. "
            "Correct the authority."
        )


def discovery_addresses(authority: str) -> tuple[str, ...]:
    """Return the metadata URLs in the order of the MCP authorization specification (2026-07-28).

    The order is: RFC 8414 with the issuer's path inserted, OpenID Connect with the path inserted, OpenID
    Connect with the well-known part appended.
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
        # The other URLs are on the same host.
        raise UnreachableError(f"The authorization server {authority} does not answer: {error}") from error
    if answer.status_code != httpx.codes.OK:
        raise MetadataError(f"{url} answered {answer.status_code}")
    document = json_object(answer)
    if "issuer" not in document:
        raise MetadataError(f"{url} names no issuer")
    if document["issuer"] != authority:
        raise _OtherIssuerError(
            f"The authority is declared as {authority}, but {url} names the issuer {document['issuer']}. "
            "Declare exactly that issuer, because the runtime compares it with the issuer of tokens."
        )
    fields = {field.alias or name: document.get(name) for name, field in MetadataState.model_fields.items()}
    published = {name: value for name, value in fields.items() if value is not None}
    try:
        return MetadataState.model_validate({**published, "authority": authority, "metadataUrl": url})
    except ValidationError as error:
        names = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        raise MetadataError(f"{url} has no usable {names}") from error
