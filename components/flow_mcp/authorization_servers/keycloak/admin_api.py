"""A client of Keycloak's admin REST API, with the requests that this project needs.

Source: Keycloak 26 Admin REST API reference.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError, UnreachableError
from flow_mcp.authorization_servers.http import Connection, http_client, json_object, send
from flow_mcp.authorization_servers.keycloak.administrator import Administrator
from flow_mcp.engine.plugin.resource import Properties

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.keycloak.declaration import Keycloak


class Administration(Properties):
    """The address of the admin API and the administrator's client. Credentials come from the environment."""

    url: str
    admin_realm: str = "master"
    admin_client_id: str = "admin-cli"

    @staticmethod
    def of(server: Keycloak) -> Administration:
        """Return the access to the admin API of a declared Keycloak."""
        return Administration(
            url=server.admin_url or server.url,
            admin_realm=server.administration.realm,
            admin_client_id=server.administration.client_id,
        )


class AdminApi(Connection):
    """The admin API of one Keycloak. It signs in at the first request.

    It is a context manager: leaving it closes the connections.

    Args:
        administration: address, realm and client of the administrator.
        environment: variables with the credentials; default: those of the process.
        transport: replaces the network in tests.
    """

    def __init__(
        self,
        administration: Administration,
        environment: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.url = administration.url.rstrip("/")
        self._client = http_client(self.url, transport)
        self._administrator = Administrator(
            self._client,
            administration.admin_realm,
            administration.admin_client_id,
            os.environ if environment is None else environment,
        )

    def answer(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Send a request and return the response with any status. `path` is relative to `/admin`.

        Raises:
            CredentialsError: the administrator cannot sign in.
            UnreachableError: Keycloak does not answer.
        """
        answer = self._send(method, path, arguments, renew=False)
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            # A token lacks permissions that were granted after it, such as those on a new realm.
            answer = self._send(method, path, arguments, renew=True)
        return answer

    def find(self, path: str, **parameters: Any) -> Any:
        """Return the object at `path`; None if there is none.

        Raises:
            AuthorizationServerError: Keycloak does not answer or rejects the request.
        """
        answer = self.answer("GET", path, params=parameters)
        return None if answer.status_code == httpx.codes.NOT_FOUND else self._accepted("GET", path, answer)

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the object at `path`.

        Raises:
            AuthorizationServerError: Keycloak does not answer or rejects the request, or there is no object.
        """
        return self._accepted("GET", path, self.answer("GET", path, params=parameters))

    def post(self, path: str, body: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
        """Create an object below `path`, and return its ID; empty if the response does not name it.

        Raises:
            AuthorizationServerError: Keycloak does not answer or rejects the request.
        """
        answer = self.answer("POST", path, json=body)
        self._accepted("POST", path, answer)
        return str(answer.headers.get("Location", "")).rpartition("/")[2]

    def post_for(self, path: str) -> Any:
        """Send a request without a body, and return the object in the response.

        Raises:
            AuthorizationServerError: Keycloak does not answer or rejects the request.
        """
        return self._accepted("POST", path, self.answer("POST", path))

    def put(self, path: str, body: Mapping[str, Any] | None = None) -> None:
        """Set the object at `path`.

        Raises:
            AuthorizationServerError: Keycloak does not answer or rejects the request.
        """
        self._accepted("PUT", path, self.answer("PUT", path, json=body))

    def delete(self, path: str, body: Sequence[Mapping[str, Any]] | None = None) -> None:
        """Delete the object at `path`, if it exists; with a body, the listed entries.

        Raises:
            AuthorizationServerError: Keycloak does not answer or rejects the request.
        """
        answer = self.answer("DELETE", path, json=body)
        if answer.status_code != httpx.codes.NOT_FOUND:
            self._accepted("DELETE", path, answer)

    def _send(self, method: str, path: str, arguments: Mapping[str, Any], *, renew: bool) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._administrator.token(renew=renew)}"}
        return send(
            self._client,
            method,
            f"/admin{path}",
            server=f"Keycloak at {self.url}",
            headers=headers,
            **arguments,
        )

    def _accepted(self, method: str, path: str, answer: httpx.Response) -> Any:
        if answer.is_success:
            return self._body(path, answer)
        body = json_object(answer)
        reason = body.get("errorMessage") or body.get("error_description") or body.get("error") or "no reason"
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise RightsError(
                f"The administrator may not {method} {path} at Keycloak {self.url}. Give the account the "
                "realm's roles manage-realm, manage-clients and manage-users."
            )
        raise AuthorizationServerError(
            f"Keycloak at {self.url} answered {answer.status_code} to {method} /admin{path}: {reason}"
        )

    def _body(self, path: str, answer: httpx.Response) -> Any:
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise UnreachableError(
                f"Keycloak at {self.url} did not answer JSON to /admin{path}. If a login page or proxy is in "
                "front of the admin API, declare its own address as authorizationServer.keycloak.adminUrl."
            ) from error


def realm_path(realm: str, *parts: str) -> str:
    """Return the path of a realm, or of an object in it, with each part percent-encoded."""
    return "/".join(("/realms", *(quote(part, safe="") for part in (realm, *parts))))
