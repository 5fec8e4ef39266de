"""Integration with the official MCP Python SDK (extra `mcp`): a token verifier, and an adapter for callers.

Prefer `ProtectedResourceMiddleware` around the SDK's application, with `SdkCallerMiddleware` between them.
The SDK's own middleware has these limits:

- It distinguishes only valid and invalid tokens. A decision of 403 becomes 401 `invalid_token`, so that
  clients fetch a new token although only one with more scopes, or none, would help.
- Its challenges have no scope, and have an error even if no token was sent.
- It uses the first of several Authorization headers.
- It serves one protected resource.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from pydantic import AnyHttpUrl
from starlette.authentication import AuthCredentials

from flow_mcp.runtime.asgi import CALLER, Caller
from flow_mcp.runtime.audit import Audit
from flow_mcp.runtime.event_loop import EventLoopDecider

if TYPE_CHECKING:
    from flow_mcp.runtime.asgi_answers import App, Receive, Scope, Send
    from flow_mcp.runtime.tenants import TenantSource
    from flow_mcp.settings import ProtectedResource


class SdkCallerMiddleware:
    """ASGI middleware that passes the caller from `ProtectedResourceMiddleware` to the SDK's application.

    Without it the SDK treats all callers as one: a caller could use another's session, and
    `get_access_token()` would return None. The SDK's access token has an empty `token`, because a token must
    not be passed on to other services.
    """

    def __init__(self, app: App) -> None:
        self._app = AuthContextMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get(CALLER)
        if isinstance(caller, Caller):
            access_token = AccessToken(
                token="",
                client_id=caller.client,
                scopes=[],
                expires_at=caller.expires_at,
                resource=caller.resource,
                subject=caller.subject,
                claims={"iss": caller.authority},
            )
            scope = {**scope, "user": AuthenticatedUser(access_token), "auth": AuthCredentials()}
        await self._app(scope, receive, send)


class SettingsTokenVerifier:
    """An SDK `TokenVerifier` that validates tokens for one protected resource by its settings.

    Args:
        tenants: A `SettingsDirectory`, or `Tenants` with fixed settings.
        resource: URL of the protected resource.
    """

    def __init__(self, tenants: TenantSource, resource: str) -> None:
        self._tenants = tenants
        self._resource = resource
        self._decider = EventLoopDecider()
        self._audit = Audit()

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return the SDK's access token, or None if the call is denied for any reason."""
        match = self._tenants.find(self._resource)
        if match is None or match.resource is None:
            return None
        decision = await self._decider.decide(match.validator, self._resource, token)
        self._audit.record(match.tenant, decision)
        if not decision.allowed or decision.client is None:
            return None
        return AccessToken(
            token=token,
            client_id=decision.client,
            # The names from the metadata and the challenges. `decide` has checked that the token has them.
            scopes=_scopes(match.resource),
            expires_at=decision.expires_at,
            resource=self._resource,
            subject=decision.subject,
            claims={"iss": decision.authority},
        )


def auth_settings(resource: ProtectedResource) -> AuthSettings:
    """Return the SDK's settings for use with a `SettingsTokenVerifier` of this resource.

    The SDK's metadata can name one authorization server only: the preferred one.
    """
    return AuthSettings(
        issuer_url=AnyHttpUrl(resource.authorization_servers[0].authority),
        resource_server_url=AnyHttpUrl(resource.url),
        required_scopes=_scopes(resource),
        validate_token_resource=True,
    )


def _scopes(resource: ProtectedResource) -> list[str]:
    return list(resource.authorization_servers[0].scopes_advertised)
