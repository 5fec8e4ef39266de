"""Scalekit's REST API, as much of it as is needed.

Not the vendor's SDK: `scalekit-sdk-python` 2.21 speaks gRPC with untyped generated code, only reads MCP
servers, and would bring Faker, setuptools, requests, PyJWT and the mcp package into the plugin. Paths, fields
and meanings are those of the SDK's protocol definition (`scalekit/v1/clients`), the source of
https://docs.scalekit.com/apis/; this part of the API is marked PREVIEW there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.http import http_client, json_object, retry_after, send
from flow_mcp.engine.plugin.configuration import credential

_PAGE = 30
"""Resources on one page, at most (REST API, List resources)."""
_AGAIN = "Run `pulumi up` again: what was made in spite of it is recognised."


class ScalekitApi:
    """Signed in when first used. A context manager: leaving it closes the connections.

    Args:
        environment_url: of the Scalekit environment.
        transport: only for tests.
    """

    def __init__(self, environment_url: str, transport: httpx.BaseTransport | None = None) -> None:
        self.url = environment_url.rstrip("/")
        self._client = http_client(self.url, transport)
        self._token = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def find(self, path: str) -> dict[str, Any] | None:
        """What is at `path`; None when nothing is.

        Raises:
            AuthorizationServerError: Scalekit does not answer, or refuses.
        """
        answer = self._answer("GET", path)
        return None if answer.status_code == httpx.codes.NOT_FOUND else self._accepted("GET", path, answer)

    def mcp_servers(self) -> Iterator[dict[str, Any]]:
        """All MCP servers of the environment.

        Raises:
            AuthorizationServerError: Scalekit does not answer, or refuses.
        """
        page: dict[str, Any] = {}
        while True:
            asked = {
                "resource_type": "MCP_SERVER",
                "page_size": _PAGE,
                "page_token": page.get("next_page_token"),
            }
            parameters = {name: value for name, value in asked.items() if value}
            answer = self._answer("GET", "/resources", params=parameters)
            page = self._accepted("GET", "/resources", answer)
            yield from page.get("resources") or ()
            if not page.get("next_page_token"):
                return

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Make something.

        Raises:
            AuthorizationServerError: Scalekit does not answer, or refuses.
        """
        return self._accepted("POST", path, self._answer("POST", path, json=body))

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change exactly what `body` names.

        Raises:
            AuthorizationServerError: Scalekit does not answer, or refuses.
        """
        # Without the mask, empty lists and `false` are taken as not given.
        mask = {"update_mask": ",".join(sorted(body))}
        return self._accepted("PATCH", path, self._answer("PATCH", path, json=body, params=mask))

    def delete(self, path: str) -> None:
        """Remove something, if it is there.

        Raises:
            AuthorizationServerError: Scalekit does not answer, or refuses.
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
                self._client, method, f"/api/v1{path}", server=self._who, headers=headers, **arguments
            )
        except UnreachableError as error:
            raise UnreachableError(f"{error} {_AGAIN}") from error

    @property
    def _who(self) -> str:
        return f"Scalekit at {self.url}"

    def _sign_in(self) -> str:
        """A token for the API (https://docs.scalekit.com/apis/, Authentication)."""
        client_id = credential("SCALEKIT_CLIENT_ID", "scalekitClientId")
        secret = credential("SCALEKIT_CLIENT_SECRET", "scalekitClientSecret")
        if not client_id or not secret:
            raise CredentialsError(
                f"There are no credentials for {self._who}: set SCALEKIT_CLIENT_ID and "
                "SCALEKIT_CLIENT_SECRET (Dashboard, API credentials), or, with `pulumi config set --secret`, "
                "flow-mcp:scalekitClientId and flow-mcp:scalekitClientSecret."
            )
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        answer = send(self._client, "POST", "/oauth/token", server=self._who, data=form)
        token = json_object(answer).get("access_token")
        if answer.is_success and isinstance(token, str):
            return token
        if answer.is_success or answer.status_code == httpx.codes.NOT_FOUND:
            raise UnreachableError(
                f"There is no Scalekit at {self.url}: its token endpoint answered {answer.status_code}. "
                "Correct authorizationServer.scalekit.environmentUrl."
            )
        if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise UnreachableError(f"{self._who} answered the sign-in with {answer.status_code}. Try again.")
        raise CredentialsError(
            f"{self._who} refuses the sign-in ({_said(answer)}): correct SCALEKIT_CLIENT_ID and "
            "SCALEKIT_CLIENT_SECRET, which belong to one environment."
        )

    def _accepted(self, method: str, path: str, answer: httpx.Response) -> dict[str, Any]:
        request = f"{method} /api/v1{path}"
        if answer.is_success:
            if body := json_object(answer):
                return body
            raise AuthorizationServerError(
                f"{self._who} answered {request} with something that is not a JSON object. {_AGAIN}"
            )
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CredentialsError(
                f"{self._who} refuses the token that it gave a moment ago to {request}. Check that the "
                "client of SCALEKIT_CLIENT_ID is active."
            )
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise RightsError(
                f"The client of SCALEKIT_CLIENT_ID may not {request} at {self.url} ({_said(answer)}): use "
                "API credentials of this environment that may write MCP servers and API credentials."
            )
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            wait = f"; it asks to wait {retry_after(answer):.0f} seconds" if retry_after(answer) else ""
            raise AuthorizationServerError(f"{self._who} got too many requests{wait}. Run `pulumi up` then.")
        again = f" {_AGAIN}" if answer.is_server_error else ""
        if answer.status_code == httpx.codes.NOT_FOUND:
            again = " If it was removed there, run `pulumi up --refresh`."
        raise AuthorizationServerError(
            f"{self._who} answered {answer.status_code} to {request}: {_said(answer)}.{again}"
        )


def _said(answer: httpx.Response) -> str:
    """The reason that the answer gives (google.rpc.Status, or RFC 6749, section 5.2)."""
    body = json_object(answer)
    said = body.get("message") or body.get("error_description") or body.get("error")
    return str(said).rstrip(".")[:300] if said else "no reason given"
