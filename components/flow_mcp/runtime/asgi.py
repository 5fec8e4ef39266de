"""ASGI middleware: any Python server as an MCP protected resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from flow_mcp.runtime.address import ExternalAddress
from flow_mcp.runtime.asgi_answers import App, Receive, Scope, Send, deny, tell_metadata, tell_readiness
from flow_mcp.runtime.audit import Audit
from flow_mcp.runtime.bearer import bearer_token
from flow_mcp.runtime.challenge import bearer_challenge
from flow_mcp.runtime.decision import Decision, Subject
from flow_mcp.runtime.event_loop import EventLoopDecider
from flow_mcp.runtime.metadata import WELL_KNOWN
from flow_mcp.runtime.reason import Reason, Refused

if TYPE_CHECKING:
    from flow_mcp.runtime.tenants import TenantSource
    from flow_mcp.runtime.validator import Validator
    from flow_mcp.settings import ProtectedResource

CALLER = "flow_mcp.caller"
"""Key of the ASGI scope under which the application finds the `Caller`."""


class Caller(NamedTuple):
    """Who calls, and what: proven, and allowed by the tenant's settings."""

    tenant: str
    workspace: str
    environment: str
    resource: str
    """URL of the protected resource."""
    authority: str
    """Authorization server that vouches for client and subject; they are unique only there."""
    client: str
    """Client ID."""
    subject: str
    """`sub` of the token."""
    subject_kind: Subject
    expires_at: int
    """`exp` of the token, in seconds since 1970: a stream that outlives it is the application's affair."""


class ProtectedResourceMiddleware:
    """Lets calls through that the settings allow, and answers all others 401 or 403 with their challenge.

    The application gets a `Caller` in `scope["flow_mcp.caller"]`. Addresses that are no protected resource
    are refused like all else; put the middleware around what it shall protect, and outside of whatever
    rewrites paths.

    It answers for itself `/.well-known/oauth-protected-resource/…`, to browsers of any origin, and
    `readiness_path`. CORS of the application's own addresses is for a CORS middleware around this one.

    Args:
        app: The application.
        tenants: A `SettingsDirectory`, or `Tenants` whose settings do not change.
        base_url: Address of this server as clients know it, without a path unless the proxy in front takes
            one off. Neither `Host` nor `Forwarded` headers are read: a caller can write what it likes there.
        readiness_path: Where to answer probes, without a token: 200 or 503.
    """

    def __init__(
        self, app: App, tenants: TenantSource, *, base_url: str, readiness_path: str | None = None
    ) -> None:
        self._app = app
        self._tenants = tenants
        self._address = ExternalAddress(base_url)
        self._readiness_path = readiness_path
        self._decider = EventLoopDecider()
        self._audit = Audit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path = self._address.path(scope)
        if path is not None and kind == "http":
            if path == self._readiness_path:
                await tell_readiness(self._tenants.readiness(), scope, send)
                return
            if path.startswith(_METADATA) or path == WELL_KNOWN:
                await tell_metadata(self._described(path), scope, send)
                return
        address = "" if path is None else self._address.base + path
        place = self._tenants.find(address)
        decision = _NOBODYS if place is None else await self._decide(place.validator, address, scope)
        self._audit.record(place.tenant if place else None, decision)
        if place is None or place.resource is None or not decision.allowed:
            await deny(decision, scope, receive, send)
        else:
            caller = _caller(place.tenant, place.resource, decision)
            await self._app({**scope, CALLER: caller}, receive, send)

    def _described(self, path: str) -> ProtectedResource | None:
        """Find the protected resource whose metadata has this address; not one above it."""
        url = self._address.origin + path.removeprefix(WELL_KNOWN)
        place = self._tenants.find(url)
        return place.resource if place and place.resource and place.resource.url == url else None

    async def _decide(self, validator: Validator, address: str, scope: Scope) -> Decision:
        try:
            token, fault = bearer_token(scope["headers"], scope.get("query_string", b"")), None
        except Refused as refusal:
            token, fault = "", refusal.reason  # judged like any token that is none
        decision, refresh = validator.attempt(address, token)
        if refresh is not None:
            decision = await self._decider.decide(validator, address, token)
        if fault is not None and decision.reason is Reason.TOKEN_OPAQUE:
            return decision._replace(reason=fault)
        return decision


_METADATA = WELL_KNOWN + "/"
_NOBODYS = Decision(Reason.UNKNOWN_RESOURCE, bearer_challenge())


def _caller(tenant: str, resource: ProtectedResource, decision: Decision) -> Caller:
    # From `resource` on both have the same fields in the same order, and a decision that allows has them all.
    told = cast("tuple[str, str, str, str, Subject, int]", decision[2:])
    return Caller(tenant, resource.workspace, resource.environment, *told)
