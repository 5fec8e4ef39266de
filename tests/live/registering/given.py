"""Types of the fixtures for the registration resource."""

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
"""A function that returns inputs with changes."""
Refused = Callable[..., str | None]
"""A function that registers a client and returns the policy that rejects it; None if none does."""
Connect = Callable[..., AdminApi]
"""A function that returns the admin API with an optional transport."""


class Severed(httpx.BaseTransport):
    """A real connection that breaks at one writing request, before its arrival or after its execution."""

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
