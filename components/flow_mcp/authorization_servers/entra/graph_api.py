"""A client of Microsoft Graph that only reads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from flow_mcp.authorization_servers.entra.clouds import CLOUD_VALUES
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.sign_in import OpenClient, graph_token
from flow_mcp.authorization_servers.errors import AuthorizationServerError, CredentialsError, RightsError
from flow_mcp.authorization_servers.http import Connection, http_client, json_object, send
from flow_mcp.authorization_servers.representations import Representation, listed, text

_PERMISSION = "Application.Read.All"
_NEXT = "@odata.nextLink"


class GraphApi(Connection):
    """Reads one Entra tenant. It signs in at the first request.

    It is a context manager: leaving it closes the connections.

    Args:
        entra: the Entra tenant.
        environment: variables with the credentials; default: those of the process.
        client: returns an HTTP client for a base URL.
    """

    def __init__(
        self, entra: Entra, environment: Mapping[str, str] | None = None, client: OpenClient = http_client
    ) -> None:
        self._entra = entra
        self._environment = os.environ if environment is None else environment
        self._open = client
        self._base = f"https://{CLOUD_VALUES[entra.cloud].graph}"
        self._client = client(self._base)
        self._token = ""

    def find(self, path: str, **parameters: str) -> Representation | None:
        """Return the object at a path such as `/v1.0/applications/<id>`; None if there is none.

        Args:
            path: the path.
            parameters: query parameters without `$`, such as `select`.

        Raises:
            AuthorizationServerError: Graph does not answer or rejects the request.
        """
        answer = self._answer(path, {f"${name}": value for name, value in parameters.items()})
        return None if answer is None else json_object(answer)

    def listed(self, path: str, **parameters: str) -> Iterator[Representation]:
        """Yield the objects of a collection, from all of its pages.

        Source: https://learn.microsoft.com/graph/paging

        Raises:
            AuthorizationServerError: Graph does not answer or rejects the request.
        """
        query: Mapping[str, str] = {f"${name}": value for name, value in parameters.items()}
        read: set[str] = set()
        while path:
            answer = self._answer(path, query)
            if answer is None and not read:
                return
            page: Mapping[str, Any] = {} if answer is None else json_object(answer)
            if not isinstance(page.get("value"), list):
                raise AuthorizationServerError(
                    f"Microsoft Graph returned no list for {path.removeprefix(self._base)}. Check the proxy "
                    "between this machine and Microsoft Graph."
                )
            yield from listed(page["value"])
            read.add(path)
            path, query = text(page, _NEXT), {}
            if path and (not path.startswith(f"{self._base}/") or path in read):
                raise AuthorizationServerError(
                    f"Microsoft Graph names {path} as the next page, which is another server's or was read "
                    "already. Check the proxy between this machine and Microsoft Graph."
                )

    def _answer(self, url: str, query: Mapping[str, str]) -> httpx.Response | None:
        self._token = self._token or graph_token(self._entra, self._environment, self._open)
        headers = {"Authorization": f"Bearer {self._token}"}
        arguments = {"params": dict(query)} if query else {}
        server = f"Microsoft Graph of the Entra tenant {self._entra.tenant_id}"
        answer = send(self._client, "GET", url, server=server, headers=headers, **arguments)
        if answer.is_success:
            return answer
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        reason = _reason(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CredentialsError(f"{server} rejects the token ({reason}). Correct the ARM_ variables.")
        path = url.removeprefix(self._base)
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise RightsError(
                f"{server} does not permit reading {path} ({reason}). Grant the application permission "
                f"{_PERMISSION} of Microsoft Graph to the principal of ARM_CLIENT_ID."
            )
        raise AuthorizationServerError(f"{server} answered {answer.status_code} to {path} ({reason}).")


def _reason(answer: httpx.Response) -> str:
    """Return the reason in Graph's error (https://learn.microsoft.com/graph/errors)."""
    error = json_object(answer).get("error")
    reason = (error.get("message") or error.get("code")) if isinstance(error, dict) else error
    return str(reason).rstrip(".")[:300] if reason else "no reason given"
