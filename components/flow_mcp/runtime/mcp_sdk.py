"""The official MCP Python SDK (extra `mcp`): its token verifier, and callers made known to it.

Prefer `ProtectedResourceMiddleware` around the SDK's application, with `KnownToSdk` between them. The SDK's
own middleware knows only good tokens and bad ones: what is 403 here becomes 401 `invalid_token`, so clients
fetch new tokens where a wider one or none would help; its challenges carry no scope, and an error also where
no token was sent; it takes the first of several Authorization headers; and it serves one resource.
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


class KnownToSdk:
    """ASGI middleware between `ProtectedResourceMiddleware` and the SDK's application.

    Without it the SDK takes all callers for the same nobody: it would let one caller into another's session,
    and `get_access_token()` would give None. The access token that it gives has no token in it, for none is
    to be passed on.
    """

    def __init__(self, app: App) -> None:
        self._app = AuthContextMiddleware(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = scope.get(CALLER)
        if isinstance(caller, Caller):
            known = AccessToken(
                token="",
                client_id=caller.client,
                scopes=[],
                expires_at=caller.expires_at,
                resource=caller.resource,
                subject=caller.subject,
                claims={"iss": caller.authority},
            )
            scope = {**scope, "user": AuthenticatedUser(known), "auth": AuthCredentials()}
        await self._app(scope, receive, send)


class SettingsTokenVerifier:
    """The SDK's `TokenVerifier` for one protected resource, by its settings.

    Args:
        tenants: A `SettingsDirectory`, or `Tenants` whose settings do not change.
        resource: URL of the protected resource.
    """

    def __init__(self, tenants: TenantSource, resource: str) -> None:
        self._tenants = tenants
        self._resource = resource
        self._decider = EventLoopDecider()
        self._audit = Audit()

    async def verify_token(self, token: str) -> AccessToken | None:
        """Give what the SDK needs to know of a token; None if the call is refused, for whatever reason."""
        place = self._tenants.find(self._resource)
        if place is None or place.resource is None:
            return None
        decision = await self._decider.decide(place.validator, self._resource, token)
        self._audit.record(place.tenant, decision)
        if not decision.allowed or decision.client is None:
            return None
        return AccessToken(
            token=token,
            client_id=decision.client,
            # By the names that metadata and challenges have. The decision has seen that they are there.
            scopes=_scopes(place.resource),
            expires_at=decision.expires_at,
            resource=self._resource,
            subject=decision.subject,
            claims={"iss": decision.authority},
        )


def auth_settings(resource: ProtectedResource) -> AuthSettings:
    """Give the SDK's settings that go with a `SettingsTokenVerifier` of this resource.

    The SDK's metadata names one authorization server: the preferred one.
    """
    return AuthSettings(
        issuer_url=AnyHttpUrl(resource.authorization_servers[0].authority),
        resource_server_url=AnyHttpUrl(resource.url),
        required_scopes=_scopes(resource),
        validate_token_resource=True,
    )


def _scopes(resource: ProtectedResource) -> list[str]:
    return list(resource.authorization_servers[0].scopes_advertised)
