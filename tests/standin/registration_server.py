"""A stand-in for an authorization server with client registration (RFC 8414, 7591 and 7592)."""

from __future__ import annotations

import secrets
from typing import Any

from tests.standin.web import Answer, Request, WebServer

INITIAL_ACCESS_TOKEN = "test-initial-access-token"


class RegistrationServer(WebServer):
    """An authorization server with client registration.

    The issuer is `<url>/oidc`, so the well-known part is between host and path (RFC 8414, section 3.1).

    Attributes:
        clients: registered clients by client ID.
        tokens: registration access tokens by client ID.
        rotates: whether every read and update replaces the registration access token (RFC 7592, section 3
            permits it; Keycloak does it for updates).
        manages: whether the server supports RFC 7592.
        overrides: metadata that the server registers instead of the requested values (RFC 7591, 3.2.1).
    """

    def __init__(self) -> None:
        super().__init__()
        self.clients: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, str] = {}
        self.rotates = False
        self.manages = True
        self.overrides: dict[str, Any] = {}

    @property
    def issuer(self) -> str:
        """The issuer, which is the tenant's authority."""
        return f"{self.url}/oidc"

    def answer(self, request: Request) -> Answer:
        match request.method, request.path.strip("/").split("/"):
            case "GET", [".well-known", "oauth-authorization-server", "oidc"]:
                return Answer(200, self._metadata())
            case "POST", ["oidc", "register"]:
                return self._register(request)
            case _, ["oidc", "register", client_id] if self.manages:
                return self._managed(request, client_id)
            case _:
                return Answer(404, text="<h1>Not Found</h1>")

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "registration_endpoint": f"{self.issuer}/register",
            "jwks_uri": f"{self.issuer}/jwks",
            "scopes_supported": ["openid", "flow.production", "flow.test"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "none", "private_key_jwt"],
        }

    def _register(self, request: Request) -> Answer:
        if request.bearer != INITIAL_ACCESS_TOKEN:
            return _error(401, "invalid_token", "the initial access token is not valid")
        metadata = request.json
        if "authorization_code" in metadata["grant_types"] and not metadata["redirect_uris"]:
            return _error(400, "invalid_redirect_uri", "redirect_uris is missing")
        client_id = f"c-{secrets.token_hex(8)}"
        # The server adds a scope, and the response contains all registered metadata (RFC 7591, 3.2.1).
        self.clients[client_id] = {
            **metadata,
            "scope": f"openid {metadata['scope']}",
            **self.overrides,
            "client_id": client_id,
        }
        if metadata["token_endpoint_auth_method"].startswith("client_secret"):
            self.clients[client_id]["client_secret"] = secrets.token_urlsafe(32)
            # "REQUIRED if client_secret is issued" (RFC 7591, 3.2.1); 0: it does not expire.
            self.clients[client_id]["client_secret_expires_at"] = 0
        return self._client_information(201, client_id)

    def _managed(self, request: Request, client_id: str) -> Answer:
        # The response for a client that does not exist is 401 (RFC 7592, section 2.1).
        if client_id not in self.clients or request.bearer != self.tokens[client_id]:
            return _error(401, "invalid_token", "no such client, or not its token")
        client = self.clients[client_id]
        if request.method == "DELETE":
            del self.clients[client_id], self.tokens[client_id]
            return Answer(204)
        if request.method == "PUT":
            metadata = request.json
            # "… MUST include its client_id …, MUST NOT include the registration_access_token" and three more
            # fields (RFC 7592, 2.2).
            forbidden = {
                "registration_access_token",
                "registration_client_uri",
                "client_secret_expires_at",
                "client_id_issued_at",
            }
            if metadata.get("client_id") != client_id or forbidden.intersection(metadata):
                return _error(400, "invalid_client_metadata", "not what an update may have")
            kept = {k: v for k, v in client.items() if k.startswith("client_secret")}
            if "client_secret" in kept:
                # The server may give a new secret with an update (RFC 7592, 3).
                kept["client_secret"] = secrets.token_urlsafe(32)
            metadata["scope"] = f"openid {metadata['scope']}"
            self.clients[client_id] = {**metadata, **self.overrides, **kept}
        return self._client_information(200, client_id)

    def _client_information(self, status: int, client_id: str) -> Answer:
        """Return the client information response (RFC 7592, section 3)."""
        if not self.manages:
            return Answer(status, self.clients[client_id])
        if self.rotates or client_id not in self.tokens:
            self.tokens[client_id] = secrets.token_urlsafe(32)
        management = {
            "registration_access_token": self.tokens[client_id],
            "registration_client_uri": f"{self.issuer}/register/{client_id}",
        }
        return Answer(status, {**self.clients[client_id], **management})


def _error(status: int, error: str, description: str) -> Answer:
    """Return an error response (RFC 7591, section 3.2.2, and RFC 6750, section 3)."""
    return Answer(status, {"error": error, "error_description": description})
