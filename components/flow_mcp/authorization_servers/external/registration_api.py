"""Client registration: create with RFC 7591; read, update and delete with RFC 7592."""

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
"""RFC 7592 (sections 2.1 to 2.3) requires 401 for a client that does not exist; servers also answer 404."""


@dataclass(frozen=True)
class Management:
    """The URL and the registration access token of a registration (RFC 7592, section 3)."""

    uri: str
    token: str


class RegistrationApi:
    """Requests of RFC 7591 and RFC 7592. It has no state and may be shared.

    Args:
        transport: replaces the network in tests.
    """

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._transport = transport

    def register(self, endpoint: str, body: Mapping[str, Any], *, protected: bool) -> dict[str, Any]:
        """Register a client (RFC 7591, section 3), and return the response.

        Raises:
            AuthorizationServerError: the server does not answer or rejects the request.
        """
        headers = {"Authorization": f"Bearer {_initial_access_token(endpoint)}"} if protected else {}
        name = body["client_name"]
        retry = (
            f"Run `pulumi up` again. If the server did register {name}, its credentials are lost; have that "
            "client deleted there."
        )
        try:
            answer = self._send("POST", endpoint, headers, body)
        except UnreachableError as error:
            raise UnreachableError(f"{error} {retry}") from error
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            error_type = CredentialsError if answer.status_code == httpx.codes.UNAUTHORIZED else RightsError
            raise error_type(
                f"{endpoint} refuses to register {name} ({_reason(answer)}). Set "
                "FLOW_MCP_INITIAL_ACCESS_TOKEN to a valid initial access token of the server"
                f"{'' if protected else ', and declare clientRegistration: {protected: true}'}."
            )
        if answer.is_success:
            registered = json_object(answer)
            if isinstance(registered.get("client_id"), str):
                return registered
            raise AuthorizationServerError(f"{endpoint} answered without a client ID. {retry}")
        raise _error("POST", endpoint, answer, retry if answer.is_server_error else "")

    def read(self, management: Management) -> dict[str, Any] | None:
        """Return the registration; None if it does not exist.

        Raises:
            AuthorizationServerError: the server does not answer or rejects the request.
        """
        return self._managed("GET", management, None)

    def update(self, management: Management, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Replace the registration's metadata, and return the response; None if it does not exist.

        Raises:
            AuthorizationServerError: the server does not answer or rejects the request.
        """
        return self._managed("PUT", management, body)

    def delete(self, management: Management) -> None:
        """Delete the registration, if it exists.

        Raises:
            AuthorizationServerError: the server does not answer or rejects the request.
        """
        answer = self._send("DELETE", management.uri, _bearer(management), None)
        if answer.status_code not in _GONE and not answer.is_success:
            raise _error("DELETE", management.uri, answer, "Run `pulumi destroy` again.")

    def _managed(
        self, method: str, management: Management, body: Mapping[str, Any] | None
    ) -> dict[str, Any] | None:
        answer = self._send(method, management.uri, _bearer(management), body)
        if answer.status_code in _GONE:
            return None
        if answer.is_success:
            if isinstance((client := json_object(answer)).get("client_id"), str):
                return client
            raise AuthorizationServerError(
                f"{management.uri} answered {method} without a client ID. Run the command again."
            )
        raise _error(method, management.uri, answer, "Run the command again.")

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> httpx.Response:
        with http_client(url, self._transport) as client:
            all_headers = {"Accept": "application/json", **headers}
            return send(
                client, method, url, server=url, headers=all_headers, **({"json": body} if body else {})
            )


def required_endpoint(endpoint: str | None) -> str:
    """Return the registration endpoint.

    Raises:
        MetadataError: the server's metadata has none.
    """
    if endpoint is None:
        raise MetadataError(
            "The authorization server's metadata has no registration_endpoint, so it registers no clients. "
            "Register them by hand, and list them under manualRegistrations."
        )
    return endpoint


def _initial_access_token(endpoint: str) -> str:
    token = credential("FLOW_MCP_INITIAL_ACCESS_TOKEN", "initialAccessToken")
    if not token:
        raise CredentialsError(
            f"There is no initial access token to register clients at {endpoint}. Set "
            "FLOW_MCP_INITIAL_ACCESS_TOKEN, or run `pulumi config set --secret flow-mcp:initialAccessToken`."
        )
    return token


def _bearer(management: Management) -> dict[str, str]:
    return {"Authorization": f"Bearer {management.token}"}


def _error(method: str, url: str, answer: httpx.Response, remedy: str) -> AuthorizationServerError:
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        seconds = retry_after(answer)
        delay = f"in {seconds:.0f} seconds" if seconds else "later"
        return AuthorizationServerError(f"{url} received too many requests. Run the command again {delay}.")
    if answer.status_code in {httpx.codes.FORBIDDEN, httpx.codes.METHOD_NOT_ALLOWED}:
        return RightsError(
            f"{url} does not permit {method} on the client's registration ({_reason(answer)}). Ask an "
            "administrator of the server to make the change, and run `pulumi refresh`."
        )
    message = f"{url} answered {answer.status_code} to {method}: {_reason(answer)}."
    return AuthorizationServerError(f"{message} {remedy}".strip())


def _reason(answer: httpx.Response) -> str:
    """Return the reason in an error response (RFC 7591, section 3.2.2)."""
    body = json_object(answer)
    reason = " ".join(str(body[key]) for key in ("error", "error_description") if body.get(key))
    return reason.rstrip(".")[:300] or "no reason given"
