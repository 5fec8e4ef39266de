"""A client of Scalekit's REST API, with the requests that this project needs.

It does not use the vendor's SDK: `scalekit-sdk-python` 2.21 uses gRPC with untyped generated code, can only
read MCP servers, and depends on Faker, setuptools, requests, PyJWT and the mcp package. Paths, fields and
meanings are those of the SDK's protocol definition (`scalekit/v1/clients`), the source of
https://docs.scalekit.com/apis/, which marks this part of the API as PREVIEW.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.http import Connection, http_client, json_object, retry_after, send
from flow_mcp.authorization_servers.representations import Representation, objects
from flow_mcp.engine.plugin.configuration import credential

_PAGE_SIZE = 30
"""Maximum number of resources on one page (REST API, List resources)."""
_RETRY = "Run `pulumi up` again; it recognises objects that were created nevertheless."


class ScalekitApi(Connection):
    """The REST API of one Scalekit environment. It signs in at the first request.

    It is a context manager: leaving it closes the connections.

    Args:
        environment_url: URL of the Scalekit environment.
        transport: replaces the network in tests.
    """

    def __init__(self, environment_url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = environment_url.rstrip("/")
        self._client = http_client(self.url, transport)
        self._token = ""

    def find(self, path: str) -> dict[str, Any] | None:
        """Return the object at `path`; None if there is none.

        Raises:
            AuthorizationServerError: Scalekit does not answer or rejects the request.
        """
        answer = self._answer("GET", path)
        return None if answer.status_code == httpx.codes.NOT_FOUND else self._accepted("GET", path, answer)

    def mcp_servers(self) -> Iterator[Representation]:
        """Yield all MCP servers of the environment.

        Raises:
            AuthorizationServerError: Scalekit does not answer or rejects the request.
        """
        page: dict[str, Any] = {}
        while True:
            query = {
                "resource_type": "MCP_SERVER",
                "page_size": _PAGE_SIZE,
                "page_token": page.get("next_page_token"),
            }
            parameters = {name: value for name, value in query.items() if value}
            answer = self._answer("GET", "/resources", params=parameters)
            page = self._accepted("GET", "/resources", answer)
            yield from objects(page, "resources")
            if not page.get("next_page_token"):
                return

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object below `path`, and return it.

        Raises:
            AuthorizationServerError: Scalekit does not answer or rejects the request.
        """
        return self._accepted("POST", path, self._answer("POST", path, json=body))

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change the fields in `body` and no others, and return the object.

        Raises:
            AuthorizationServerError: Scalekit does not answer or rejects the request.
        """
        # Without the mask, Scalekit ignores empty lists and `false`.
        mask = {"update_mask": ",".join(sorted(body))}
        return self._accepted("PATCH", path, self._answer("PATCH", path, json=body, params=mask))

    def delete(self, path: str) -> None:
        """Delete the object at `path`, if it exists.

        Raises:
            AuthorizationServerError: Scalekit does not answer or rejects the request.
        """
        answer = self._answer("DELETE", path)
        if answer.status_code != httpx.codes.NOT_FOUND and not answer.is_success:
            self._accepted("DELETE", path, answer)

    def _answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        self._token = self._token or self._sign_in()
        answer = self._send(method, path, arguments)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = self._sign_in()
            answer = self._send(method, path, arguments)
        return answer

    def _send(self, method: str, path: str, arguments: Mapping[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            return send(
                self._client, method, f"/api/v1{path}", server=self._server_name, headers=headers, **arguments
            )
        except UnreachableError as error:
            raise UnreachableError(f"{error} {_RETRY}") from error

    @property
    def _server_name(self) -> str:
        return f"Scalekit at {self.url}"

    def _sign_in(self) -> str:
        """Return a token for the API (https://docs.scalekit.com/apis/, Authentication)."""
        client_id = credential("SCALEKIT_CLIENT_ID", "scalekitClientId")
        secret = credential("SCALEKIT_CLIENT_SECRET", "scalekitClientSecret")
        if not client_id or not secret:
            raise CredentialsError(
                f"There are no credentials for {self._server_name}. Set SCALEKIT_CLIENT_ID and "
                "SCALEKIT_CLIENT_SECRET (Dashboard, API credentials), or set flow-mcp:scalekitClientId and "
                "flow-mcp:scalekitClientSecret with `pulumi config set --secret`."
            )
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = send(self._client, "POST", "/oauth/token", server=self._server_name, data=form)
        token = json_object(answer).get("access_token")
        if answer.is_success and isinstance(token, str):
            return token
        if answer.is_success or answer.status_code == httpx.codes.NOT_FOUND:
            raise UnreachableError(
                f"There is no Scalekit at {self.url}: its token endpoint answered {answer.status_code}. "
                "Correct authorizationServer.scalekit.environmentUrl."
            )
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise UnreachableError(
                f"{self._server_name} answered the sign-in with {answer.status_code}. Try again."
            )
        raise CredentialsError(
            f"{self._server_name} rejects the sign-in ({_reason(answer)}). Correct SCALEKIT_CLIENT_ID and "
            "SCALEKIT_CLIENT_SECRET, which belong to one environment."
        )

    def _accepted(self, method: str, path: str, answer: httpx.Response) -> dict[str, Any]:
        request = f"{method} /api/v1{path}"
        if answer.is_success:
            if body := json_object(answer):
                return body
            raise AuthorizationServerError(
                f"{self._server_name} answered {request} without a JSON object. {_RETRY}"
            )
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CredentialsError(
                f"{self._server_name} rejects its own new token for {request}. Check that the client of "
                "SCALEKIT_CLIENT_ID is active."
            )
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise RightsError(
                f"The client of SCALEKIT_CLIENT_ID may not {request} at {self.url} ({_reason(answer)}). Use "
                "API credentials of this environment that may write MCP servers and API credentials."
            )
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            seconds = retry_after(answer)
            delay = f"in {seconds:.0f} seconds" if seconds else "later"
            raise AuthorizationServerError(
                f"{self._server_name} received too many requests. Run `pulumi up` again {delay}."
            )
        remedy = f" {_RETRY}" if answer.is_server_error else ""
        if answer.status_code == httpx.codes.NOT_FOUND:
            remedy = " If the object was deleted there, run `pulumi up --refresh`."
        raise AuthorizationServerError(
            f"{self._server_name} answered {answer.status_code} to {request}: {_reason(answer)}.{remedy}"
        )


def _reason(answer: httpx.Response) -> str:
    """Return the reason in an error response (google.rpc.Status, or RFC 6749, section 5.2)."""
    body = json_object(answer)
    reason = body.get("message") or body.get("error_description") or body.get("error")
    return str(reason).rstrip(".")[:300] if reason else "no reason given"
