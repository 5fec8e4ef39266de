"""A client of Auth0's Management API, with the requests that the Auth0 plugin does not offer.

Sources: https://auth0.com/docs/api/management/v2/tenants (tenant settings),
https://auth0.com/docs/api/management/v2/clients (a client's secret).
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from flow_mcp.authorization_servers.auth0 import credentials
from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.http import Connection, http_client, json_list, json_object, send

_SETTINGS = "/api/v2/tenants/settings"
_PAGE = 100
_SETTINGS_PERMISSIONS = "read:tenant_settings and update:tenant_settings"
_CLIENT_PERMISSIONS = "read:client_keys, read:clients and update:client_keys"
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60


class ManagementApi(Connection):
    """The Management API of one Auth0 tenant. It signs in at the first request.

    It is a context manager: leaving it closes the connections. Credentials come from the variables that the
    Auth0 plugin reads; their values are read on use and not stored.

    Args:
        domain: domain of the Auth0 tenant.
        environment: variables with the credentials; default: those of the process.
        transport: replaces the network in tests.
    """

    def __init__(
        self,
        domain: str,
        environment: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.domain = domain
        self._environment = os.environ if environment is None else environment
        self._client = http_client(f"https://{domain}", transport)
        self._token = ""

    def tenant_settings(self) -> dict[str, Any]:
        """Return the tenant's settings. Settings that were never set may be absent.

        Raises:
            AuthorizationServerError: Auth0 does not answer or rejects the request.
        """
        return self._accepted("GET", _SETTINGS, _SETTINGS_PERMISSIONS)

    def update_tenant_settings(self, changed: Mapping[str, Any]) -> None:
        """Change the given settings and no others.

        Raises:
            AuthorizationServerError: Auth0 does not answer or rejects the request.
        """
        self._accepted("PATCH", _SETTINGS, _SETTINGS_PERMISSIONS, changed)

    def client_secret(self, client_id: str) -> str | None:
        """Return a client's secret; None if the administrator's application may not read it.

        Raises:
            AuthorizationServerError: Auth0 does not answer or rejects the request.
        """
        return self._accepted("GET", _client(client_id), _CLIENT_PERMISSIONS).get("client_secret")

    def rotate_client_secret(self, client_id: str) -> str | None:
        """Replace a client's secret, and return the new one. The present one becomes invalid at once.

        Raises:
            AuthorizationServerError: Auth0 does not answer or rejects the request.
        """
        path = f"{_client(client_id)}/rotate-secret"
        return self._accepted("POST", path, _CLIENT_PERMISSIONS).get("client_secret")

    def client_grants(self, audience: str) -> list[dict[str, Any]]:
        """Return the grants of all applications for an API.

        Source: https://auth0.com/docs/api/management/v2/client-grants/get-client-grants

        Raises:
            AuthorizationServerError: Auth0 does not answer or rejects the request.
        """
        return self.listed("/api/v2/client-grants", "read:client_grants", audience=audience)

    def listed(self, path: str, permissions: str, **query: Any) -> list[dict[str, Any]]:
        """Return the objects of all pages of a list.

        Args:
            path: path of the list.
            permissions: the permissions that the request needs, for messages.
            query: further parameters of the request.

        Raises:
            AuthorizationServerError: Auth0 does not answer or rejects the request.
        """
        objects: list[dict[str, Any]] = []
        number = 0
        while True:
            parameters = {**query, "per_page": _PAGE, "page": number}
            answer = self._answer("GET", path, permissions, params=parameters)
            page = json_list(answer)
            if page is None:
                raise self._unexpected("GET", path, answer)
            objects += (entry for entry in page if isinstance(entry, dict))
            if len(page) < _PAGE:
                return objects
            number += 1

    @property
    def _server_name(self) -> str:
        return f"the Auth0 tenant {self.domain}"

    def _accepted(
        self, method: str, path: str, permissions: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        arguments = {} if body is None else {"json": body}
        answer = self._answer(method, path, permissions, **arguments)
        if accepted := json_object(answer):
            return accepted
        raise self._unexpected(method, path, answer)

    def _answer(self, method: str, path: str, permissions: str, **arguments: Any) -> httpx.Response:
        self._token = self._token or self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = send(self._client, method, path, server=self._server_name, headers=headers, **arguments)
        if answer.is_success:
            return answer
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CredentialsError(
                f"{self._server_name} rejects the Management API's token: {_reason(answer)}."
            )
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise RightsError(
                f"{self._server_name} does not permit {method} {path} ({_reason(answer)}). "
                f"Grant {permissions} to the administrator's application."
            )
        raise self._unexpected(method, path, answer)

    def _unexpected(self, method: str, path: str, answer: httpx.Response) -> AuthorizationServerError:
        return AuthorizationServerError(
            f"{self._server_name} answered {answer.status_code} to {method} {path}: {_reason(answer)}."
        )

    def _sign_in(self) -> str:
        """Return a token for the Management API.

        https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens
        """
        credentials.check(self._environment, self.domain)
        if token := self._environment.get("AUTH0_API_TOKEN"):
            return token
        if not (client_id := self._environment.get("AUTH0_CLIENT_ID")):
            raise CredentialsError(
                f"AUTH0_CLI_LOGIN cannot be used to change settings of {self._server_name}. "
                "Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET, or AUTH0_API_TOKEN."
            )
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            # The audience contains the tenant's domain even if AUTH0_DOMAIN is a custom domain.
            "audience": self._environment.get("AUTH0_AUDIENCE") or f"https://{self.domain}/api/v2/",
            **self._authentication(client_id),
        }
        answer = send(self._client, "POST", "/oauth/token", server=self._server_name, data=form)
        token = json_object(answer).get("access_token")
        if answer.is_success and isinstance(token, str):
            return token
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise CredentialsError(
                f"{self._server_name} rejects the sign-in of AUTH0_CLIENT_ID ({_reason(answer)}). "
                "Correct the credentials, and authorize the application for the Management API."
            )
        raise UnreachableError(
            f"There is no Auth0 at {self.domain}: its token endpoint answered {answer.status_code}. Correct "
            "authorizationServer.auth0.domain."
        )

    def _authentication(self, client_id: str) -> dict[str, str]:
        """Return the client secret, or an assertion signed with the private key (RFC 7523, section 2.2)."""
        if secret := self._environment.get("AUTH0_CLIENT_SECRET"):
            return {"client_secret": secret}
        # Imported on use only: most administrators' applications have a secret.
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey

        algorithm = self._environment.get("AUTH0_CLIENT_ASSERTION_SIGNING_ALG", "")
        now = int(time.time())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": f"https://{self.domain}/",
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        try:
            key = RSAKey.import_key(self._environment.get("AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", ""))
            assertion = jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
        except (JoseError, ValueError):
            # The cause is left out, because its message could contain a part of the key.
            raise CredentialsError(
                "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY cannot sign. Set it to an RSA private key in PEM, and "
                "AUTH0_CLIENT_ASSERTION_SIGNING_ALG to RS256, RS384 or PS256."
            ) from None
        return {"client_assertion_type": _BEARER, "client_assertion": assertion}


def _client(client_id: str) -> str:
    return f"/api/v2/clients/{quote(client_id, safe='')}"


def _reason(answer: httpx.Response) -> str:
    body = json_object(answer)
    reason = body.get("message") or body.get("error_description") or body.get("error")
    return str(reason).rstrip(".")[:300] if reason else "no reason given"
