"""A tenant with a fake authorization server."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

import httpx

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.verify.check import Check
from flow_mcp.operations.verify.client_key import ClientKey
from flow_mcp.operations.verify.client_token import ClientToken
from flow_mcp.operations.verify.run import run
from flow_mcp.operations.verify.target import Target
from flow_mcp.operations.verify.web import Web
from flow_mcp.settings import Registration, SettingsDocument, TokenProfile, TokenRequest
from tests.unit.runtime import acme

AUTHORITY = acme.AUTHORITY
APPENDED = f"{AUTHORITY}/.well-known/openid-configuration"
INSERTED = "https://id.acme.example/.well-known/oauth-authorization-server/realms/acme"
JWKS, TOKEN = f"{AUTHORITY}/certs", f"{AUTHORITY}/token"
REGISTER, AUTHORIZE = f"{AUTHORITY}/register", f"{AUTHORITY}/auth"
SECRET = "the-agent's-own-secret"

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Fake:
    """A fake authorization server with an answer for each method and address, and 404 for others.

    Attributes:
        metadata: the document at the metadata addresses, which tests can change.
        answers: all other answers.
        requests: method, URL and body of all requests.
        authorizations: their Authorization headers.
    """

    def __init__(
        self,
        *,
        kind: str = "keycloak",
        registration: Registration | None = None,
        profile: TokenProfile | None = None,
    ) -> None:
        self.settings = _settings(kind, registration, profile)
        self.metadata: dict[str, Any] = {
            "issuer": AUTHORITY,
            "jwks_uri": JWKS,
            "token_endpoint": TOKEN,
            "authorization_endpoint": AUTHORIZE,
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "none"],
        }
        self.answers: dict[tuple[str, str], Answer] = {
            ("GET", APPENDED): lambda _: httpx.Response(200, json=self.metadata),
            ("GET", INSERTED): lambda _: httpx.Response(200, json=self.metadata),
            ("GET", JWKS): httpx.Response(200, json={"keys": [acme.public().as_dict()]}),
        }
        self.requests: list[tuple[str, str, str]] = []
        self.authorizations: list[str] = []

    def answer(self, method: str, url: str, status: int, body: object = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[method, url] = httpx.Response(status, json=body, headers=named)

    def let_agent_authenticate(self, by: Literal["private-key-jwt", "federated"]) -> None:
        """Change the program's authentication to one without a secret."""
        (server,) = self.settings.authorization_servers
        agent, *others = server.clients
        clients = (agent.model_copy(update={"authentication": by}), *others)
        server = server.model_copy(update={"clients": clients})
        self.settings = self.settings.model_copy(update={"authorization_servers": (server,)})

    def mint(self, token: str) -> None:
        """Let the token endpoint issue this token."""
        self.answer("POST", TOKEN, 200, {"access_token": token, "token_type": "Bearer"})

    def observed(
        self,
        check: Check,
        *,
        declaration: Declaration | str = "no file",
        environment: Mapping[str, str] | None = None,
        mcp_server: bool = False,
        metadata_document: str | None = None,
        client_keys: Mapping[str, ClientKey] | None = None,
        client_tokens: Mapping[str, ClientToken] | None = None,
        assertions: Mapping[str, ClientToken] | None = None,
    ) -> list[tuple[str, str, str]]:
        """Return status, subject and `seen` of all observations of a check."""
        transport = httpx.MockTransport(self._answer)
        web = Web(transport)
        target = Target(
            self.settings,
            self.settings.authorization_servers[0],
            web,
            declaration,
            lambda: {"agent": SECRET},
            metadata_document,
            mcp_server,
            client_keys or {},
            environment or {},
            transport,
            client_tokens or {},
            assertions or {},
        )
        results = run(target, checks=[check])
        target.close()
        web.close()
        return [(result.status, result.observation.subject, result.observation.seen) for result in results]

    def statuses(self, check: Check, **options: Any) -> list[str]:
        """Return the statuses of all observations of a check."""
        return [status for status, _, _ in self.observed(check, **options)]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url.copy_with(query=None))
        self.requests.append((request.method, str(request.url), request.read().decode()))
        self.authorizations += request.headers.get_list("Authorization")
        answer = self.answers.get((request.method, url), httpx.Response(404))
        if isinstance(answer, Exception):
            raise answer
        response = answer(request) if callable(answer) else answer
        # A stream that can be read once, as from a network.
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        return httpx.Response(response.status_code, headers=headers, content=iter([response.content]))


def program_token(**changes: Any) -> str:
    """Return a token of the program for production that is valid now."""
    now = int(time.time())
    header = changes.pop("header", {})
    return acme.token(acme.program(**{"iat": now - 1, "exp": now + 300} | changes), **header)


def opaque() -> str:
    """Return a token as Auth0 issues it without an API."""
    return "an-opaque-token-of-thirty-two-characters"


def encrypted() -> str:
    """Return a text of five parts, like a JWE."""
    return ".".join(
        [acme.base64url(json.dumps({"alg": "dir", "enc": "A256GCM"}).encode()).decode(), "", "x", "x", "x"]
    )


def _settings(kind: str, registration: Registration | None, profile: TokenProfile | None) -> SettingsDocument:
    document = acme.settings(registration, profile)
    (server,) = document.authorization_servers
    request = TokenRequest(
        resource=acme.PRODUCTION,
        token_endpoint=TOKEN,
        parameters={"grant_type": "client_credentials", "scope": "mcp-456-production flow"},
    )
    agent = next(client for client in server.clients if client.client_id == acme.AGENT).model_copy(
        update={"authentication": "client-secret", "token_requests": (request,)}
    )
    desktop = next(client for client in server.clients if client.client_id == acme.DESKTOP).model_copy(
        update={"authentication": "none"}
    )
    server = server.model_copy(update={"kind": kind, "clients": (agent, desktop)})
    return document.model_copy(update={"authorization_servers": (server,)})
