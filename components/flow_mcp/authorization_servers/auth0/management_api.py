"""Auth0's Management API, as much of it as the plugin for Auth0 does not offer.

Fields and meanings: https://auth0.com/docs/api/management/v2/tenants (tenant settings).
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from flow_mcp.authorization_servers.auth0 import credentials
from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.http import http_client, json_object, send

_SETTINGS = "/api/v2/tenants/settings"
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60


class ManagementApi:
    """The Management API of one Auth0 tenant, signed in when first used.

    A context manager: leaving it closes the connections. Credentials come from the variables that the plugin
    for Auth0 reads, are read when they are used, and are kept nowhere else.

    Args:
        domain: of the Auth0 tenant.
        environment: where the credentials are; the process's own if left out.
        transport: only for tests.
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def tenant_settings(self) -> dict[str, Any]:
        """The tenant's settings; what was never set may be missing.

        Raises:
            AuthorizationServerError: Auth0 does not answer, or refuses.
        """
        return self._accepted("GET", None)

    def update_tenant_settings(self, changed: Mapping[str, Any]) -> None:
        """Change exactly the settings that are named.

        Raises:
            AuthorizationServerError: Auth0 does not answer, or refuses.
        """
        self._accepted("PATCH", changed)

    @property
    def _who(self) -> str:
        return f"the Auth0 tenant {self.domain}"

    def _accepted(self, method: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        self._token = self._token or self._sign_in()
        headers = {"Authorization": f"Bearer {self._token}"}
        arguments = {} if body is None else {"json": body}
        answer = send(self._client, method, _SETTINGS, server=self._who, headers=headers, **arguments)
        if answer.is_success and (settings := json_object(answer)):
            return settings
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CredentialsError(f"{self._who} refuses the Management API's token: {_reason(answer)}.")
        if answer.status_code == httpx.codes.FORBIDDEN:
            raise RightsError(
                f"{self._who} does not let its settings be read and changed ({_reason(answer)}): grant "
                "read:tenant_settings and update:tenant_settings to the administrator's application."
            )
        raise AuthorizationServerError(
            f"{self._who} answered {answer.status_code} to {method} {_SETTINGS}: {_reason(answer)}."
        )

    def _sign_in(self) -> str:
        """A token for the Management API.

        https://auth0.com/docs/secure/tokens/access-tokens/management-api-access-tokens
        """
        credentials.check(self._environment, self.domain)
        if token := self._environment.get("AUTH0_API_TOKEN"):
            return token
        if not (client_id := self._environment.get("AUTH0_CLIENT_ID")):
            raise CredentialsError(
                f"AUTH0_CLI_LOGIN cannot be used to change settings of {self._who}: set AUTH0_CLIENT_ID and "
                "AUTH0_CLIENT_SECRET, or AUTH0_API_TOKEN."
            )
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            # With a custom domain the audience is still the tenant's own.
            "audience": self._environment.get("AUTH0_AUDIENCE") or f"https://{self.domain}/api/v2/",
            **self._authentication(client_id),
        }
        answer = send(self._client, "POST", "/oauth/token", server=self._who, data=form)
        token = json_object(answer).get("access_token")
        if answer.is_success and isinstance(token, str):
            return token
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise CredentialsError(
                f"{self._who} refuses the sign-in of AUTH0_CLIENT_ID ({_reason(answer)}): correct the "
                "credentials, and authorize the application for the Management API."
            )
        raise UnreachableError(
            f"There is no Auth0 at {self.domain}: its token endpoint answered {answer.status_code}. Correct "
            "authorizationServer.auth0.domain."
        )

    def _authentication(self, client_id: str) -> dict[str, str]:
        """The client's secret, or an assertion of its private key (RFC 7523, section 2.2)."""
        if secret := self._environment.get("AUTH0_CLIENT_SECRET"):
            return {"client_secret": secret}
        # Loaded only where it is used: most administrators' applications have a secret.
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
            # What is wrong with a key could show a part of it.
            raise CredentialsError(
                "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY cannot sign: set it to an RSA private key in PEM, and "
                "AUTH0_CLIENT_ASSERTION_SIGNING_ALG to RS256, RS384 or PS256."
            ) from None
        return {"client_assertion_type": _BEARER, "client_assertion": assertion}


def _reason(answer: httpx.Response) -> str:
    body = json_object(answer)
    reason = body.get("message") or body.get("error_description") or body.get("error")
    return str(reason).rstrip(".")[:300] if reason else "no reason given"
