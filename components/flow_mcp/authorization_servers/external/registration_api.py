"""Client registration at any authorization server: RFC 7591 makes, RFC 7592 reads, changes and removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    MetadataError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.http import http_client, json_object, retry_after, send
from flow_mcp.engine.plugin.configuration import credential

_GONE = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.NOT_FOUND, httpx.codes.GONE})
"""RFC 7592 has 401 for a client that is not there (2.1 to 2.3); servers answer 404 too."""


@dataclass(frozen=True)
class Management:
    """Where a registration is managed, and the token for it (RFC 7592, section 3)."""

    uri: str
    token: str


class RegistrationApi:
    """Stateless.

    Args:
        transport: only for tests.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport

    def register(self, endpoint: str, body: Mapping[str, Any], *, protected: bool) -> dict[str, Any]:
        """Register a client (RFC 7591, section 3).

        Raises:
            AuthorizationServerError: the server does not answer, or refuses.
        """
        headers = {"Authorization": f"Bearer {_initial_access_token(endpoint)}"} if protected else {}
        name = body["client_name"]
        orphan = (
            f"Run `pulumi up` again. If the server did register {name}, nobody got its credentials: have "
            "that one removed there."
        )
        try:
            answer = self._send("POST", endpoint, headers, body)
        except UnreachableError as error:
            raise UnreachableError(f"{error} {orphan}") from error
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            refused = CredentialsError if answer.status_code == httpx.codes.UNAUTHORIZED else RightsError
            raise refused(
                f"{endpoint} refuses to register {name} ({_said(answer)}): set "
                "FLOW_MCP_INITIAL_ACCESS_TOKEN to an initial access token of the server that is valid"
                f"{'' if protected else ', and say clientRegistration: {protected: true}'}."
            )
        if answer.is_success:
            registered = json_object(answer)
            if isinstance(registered.get("client_id"), str):
                return registered
            raise AuthorizationServerError(f"{endpoint} answered without a client ID. {orphan}")
        raise _refusal("POST", endpoint, answer, orphan if answer.is_server_error else "")

    def read(self, management: Management) -> dict[str, Any] | None:
        """The registration as it is; None when it is gone.

        Raises:
            AuthorizationServerError: the server does not answer, or refuses.
        """
        return self._managed("GET", management, None)

    def update(self, management: Management, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Replace the registration's metadata; None when it is gone.

        Raises:
            AuthorizationServerError: the server does not answer, or refuses.
        """
        return self._managed("PUT", management, body)

    def delete(self, management: Management) -> None:
        """Remove the registration, if it is there.

        Raises:
            AuthorizationServerError: the server does not answer, or refuses.
        """
        answer = self._send("DELETE", management.uri, _bearer(management), None)
        if answer.status_code not in _GONE and not answer.is_success:
            raise _refusal("DELETE", management.uri, answer, "Run `pulumi destroy` again.")

    def _managed(
        self, method: str, management: Management, body: Mapping[str, Any] | None
    ) -> dict[str, Any] | None:
        answer = self._send(method, management.uri, _bearer(management), body)
        if answer.status_code in _GONE:
            return None
        if answer.is_success:
            if isinstance((found := json_object(answer)).get("client_id"), str):
                return found
            raise AuthorizationServerError(
                f"{management.uri} answered {method} with something that is not a client. Run it again."
            )
        raise _refusal(method, management.uri, answer, "Run it again.")

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> httpx.Response:
        with http_client(url, self._transport) as client:
            accept = {"Accept": "application/json", **headers}
            return send(client, method, url, server=url, headers=accept, **({"json": body} if body else {}))


def required_endpoint(endpoint: str | None) -> str:
    """The registration endpoint.

    Raises:
        MetadataError: the server's metadata name none.
    """
    if endpoint is None:
        raise MetadataError(
            "The authorization server's metadata have no registration_endpoint, so it registers no clients: "
            "register them there and list them under manualRegistrations."
        )
    return endpoint


def _initial_access_token(endpoint: str) -> str:
    token = credential("FLOW_MCP_INITIAL_ACCESS_TOKEN", "initialAccessToken")
    if not token:
        raise CredentialsError(
            f"There is no initial access token to register clients at {endpoint}: set "
            "FLOW_MCP_INITIAL_ACCESS_TOKEN, or `pulumi config set --secret flow-mcp:initialAccessToken`."
        )
    return token


def _bearer(management: Management) -> dict[str, str]:
    return {"Authorization": f"Bearer {management.token}"}


def _refusal(method: str, url: str, answer: httpx.Response, then: str) -> AuthorizationServerError:
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        asked = f"; it asks to wait {retry_after(answer):.0f} seconds" if retry_after(answer) else ""
        return AuthorizationServerError(f"{url} got too many requests{asked}. Run it again then.")
    if answer.status_code in {httpx.codes.FORBIDDEN, httpx.codes.METHOD_NOT_ALLOWED}:
        return RightsError(
            f"{url} does not let the client's registration be managed by {method} ({_said(answer)}): have an "
            "administrator of the server do it, and then `pulumi refresh`."
        )
    said = f"{url} answered {answer.status_code} to {method}: {_said(answer)}."
    return AuthorizationServerError(f"{said} {then}".strip())


def _said(answer: httpx.Response) -> str:
    """The reason that the answer gives (RFC 7591, section 3.2.2)."""
    body = json_object(answer)
    said = " ".join(str(body[key]) for key in ("error", "error_description") if body.get(key))
    return said.rstrip(".")[:300] or "no reason given"
