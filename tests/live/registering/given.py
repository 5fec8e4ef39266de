"""What the tests of the registration resource are given."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi
from flow_mcp.authorization_servers.keycloak.registration_policies import RegistrationInputs

REALM = "registering"
LOOPBACK = ["http://127.0.0.1:6274/callback"]
ELSEWHERE = ["https://evil.example/callback"]
EVERYTHING = {
    "sender_hosts": ["127.0.0.1"],
    "allowed_scopes": ["openid", "mcp:tools"],
    "cors_origins": ["https://inspector.example"],
    "maximum_clients": 50,
    "realm_optional_scopes": ["mcp:tools", "phone"],
}

Declared = Callable[..., RegistrationInputs]
"""Inputs, with what is said changed."""
Refused = Callable[..., str | None]
"""The policy that refuses a registration with such metadata; None when it is accepted."""
Connect = Callable[..., AdminApi]
"""The admin API, by a transport if one is given."""


class Severed(httpx.BaseTransport):
    """A real connection that breaks at one writing request, before it arrives or after it was carried out."""

    def __init__(self, at: int, *, arrives: bool) -> None:
        self._inner = httpx.HTTPTransport()
        self._left, self._arrives = at, arrives
        self.broke = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or request.url.path.endswith("/token"):
            return self._inner.handle_request(request)
        self._left -= 1
        if self._left:
            return self._inner.handle_request(request)
        self.broke = True
        if self._arrives:
            self._inner.handle_request(request).read()
        raise httpx.ReadTimeout("severed")

    def close(self) -> None:
        self._inner.close()
