"""The administrator's sign-in, with credentials from the environment.

The variables are those that the official Keycloak provider reads. Their values are read on use and not
stored.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from flow_mcp.authorization_servers.errors import CredentialsError, UnreachableError
from flow_mcp.authorization_servers.http import json_object, send

_MARGIN_SECONDS = 10
"""A token is renewed this long before it expires."""
_NO_REALM = "Realm does not exist"
"""Keycloak's error of a missing realm. Any other response 404 means that no Keycloak is at the address."""


def credentials(environment: Mapping[str, str], client_id: str) -> dict[str, str]:
    """Return the parameters of the token request (RFC 6749, sections 4.3.2 and 4.4.2).

    If the environment has several credentials, the order of preference is that of the official provider.

    Raises:
        CredentialsError: the environment has no credentials.
    """
    user, password, secret = (
        environment.get(name, "") for name in ("KEYCLOAK_USER", "KEYCLOAK_PASSWORD", "KEYCLOAK_CLIENT_SECRET")
    )
    if user and password:
        request = {"grant_type": "password", "username": user, "password": password}
    elif secret:
        request = {"grant_type": "client_credentials"}
    else:
        raise CredentialsError(
            "The environment has no credentials of a Keycloak administrator. Set KEYCLOAK_USER and "
            f"KEYCLOAK_PASSWORD, or KEYCLOAK_CLIENT_SECRET of the client {client_id} "
            "(authorizationServer.keycloak.administration)."
        )
    if secret:
        request["client_secret"] = secret
    return {**request, "client_id": client_id}


class Administrator:
    """Signs in an administrator and caches the access token until it expires.

    Args:
        client: a client of `http_client` with Keycloak's base URL.
        realm: the administrator's realm.
        client_id: the client with which the administrator signs in.
        environment: variables with the credentials.
        clock: a monotonic clock in seconds.
    """

    def __init__(
        self,
        client: httpx.Client,
        realm: str,
        client_id: str,
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._realm, self._client_id = client, realm, client_id
        self._environment, self._clock = environment, clock
        self._token, self._expires = "", 0.0

    def token(self, *, renew: bool = False) -> str:
        """Return a valid access token; with `renew`, always a new one.

        Raises:
            CredentialsError: the credentials are missing or were rejected.
            UnreachableError: there is no Keycloak at the address.
        """
        if renew or self._clock() >= self._expires:
            granted = self._sign_in()
            self._token = str(granted["access_token"])
            self._expires = self._clock() + float(granted.get("expires_in", 0)) - _MARGIN_SECONDS
        return self._token

    def _sign_in(self) -> dict[str, Any]:
        url = str(self._client.base_url).rstrip("/")
        answer = send(
            self._client,
            "POST",
            f"/realms/{quote(self._realm, safe='')}/protocol/openid-connect/token",
            server=f"Keycloak at {url}",
            data=credentials(self._environment, self._client_id),
        )
        body = json_object(answer)
        if answer.status_code == httpx.codes.OK and "access_token" in body:
            return body
        if answer.is_redirect:
            raise UnreachableError(
                f"Keycloak at {url} answers with a redirect to {answer.headers.get('Location', 'nowhere')}. "
                "Declare the address that it redirects to."
            )
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise UnreachableError(
                f"Keycloak at {url} answered {answer.status_code}. Check its log, and try again."
            )
        no_keycloak = answer.status_code == httpx.codes.NOT_FOUND and body.get("error") != _NO_REALM
        if no_keycloak or "error" not in body:
            raise UnreachableError(
                f"There is no Keycloak at {url}: its token endpoint answered {answer.status_code}. Correct "
                "the address; if Keycloak has a base path (--http-relative-path, such as /auth), include it."
            )
        raise CredentialsError(self._rejection(url, body))

    def _rejection(self, url: str, body: dict[str, Any]) -> str:
        if body["error"] == _NO_REALM:
            return (
                f"Keycloak at {url} has no realm {self._realm}, which is declared as the administrator's "
                "realm. Correct authorizationServer.keycloak.administration.realm."
            )
        reason = body.get("error_description") or body["error"]
        account = f"in realm {self._realm} with client {self._client_id}"
        if body["error"] == "invalid_grant":
            return (
                f"Keycloak at {url} rejects the administrator {account} ({reason}). "
                "Correct KEYCLOAK_USER and KEYCLOAK_PASSWORD."
            )
        return (
            f"Keycloak at {url} rejects the administrator's sign-in {account} ({reason}). "
            "Correct KEYCLOAK_CLIENT_SECRET, or KEYCLOAK_USER and KEYCLOAK_PASSWORD. "
            "The client must allow that grant."
        )
