"""ASGI middleware that protects a Python MCP server."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from flow_mcp.runtime.address import ExternalAddress
from flow_mcp.runtime.asgi_answers import App, Receive, Scope, Send, answer_metadata, answer_readiness, deny
from flow_mcp.runtime.audit import Audit
from flow_mcp.runtime.bearer import PresentedToken, presented_token
from flow_mcp.runtime.challenge import bearer_challenge
from flow_mcp.runtime.decision import Decision, Subject
from flow_mcp.runtime.event_loop import EventLoopDecider
from flow_mcp.runtime.metadata import WELL_KNOWN
from flow_mcp.runtime.reason import Reason, Refused

if TYPE_CHECKING:
    from flow_mcp.runtime.proofs import ProofNonces
    from flow_mcp.runtime.tenants import TenantSource
    from flow_mcp.runtime.validator import Validator
    from flow_mcp.settings import ProtectedResource

CALLER = "flow_mcp.caller"
"""Key of the ASGI scope under which the application finds the `Caller`."""


class Caller(NamedTuple):
    """The verified caller of an allowed call, and the protected resource that it calls."""

    tenant: str
    workspace: str
    environment: str
    resource: str
    """URL of the protected resource."""
    authority: str
    """Authorization server that issued the token; client and subject are unique only within it."""
    client: str
    """Client ID."""
    subject: str
    """`sub` of the token."""
    subject_kind: Subject
    expires_at: int
    """`exp` of the token, in seconds since 1970. The application must end streams that outlive it."""


class ProtectedResourceMiddleware:
    """Middleware that passes allowed calls to the application and answers others with 401 or 403.

    The application receives a `Caller` in `scope["flow_mcp.caller"]`. Calls to addresses outside of all
    protected resources are denied too. Put the middleware around the protected application only, and outside
    of middleware that rewrites paths.

    The middleware itself answers `/.well-known/oauth-protected-resource/…`, with CORS for any origin, and
    `readiness_path`. For CORS of the application's own addresses, put a CORS middleware around this one.

    Args:
        app: The application.
        tenants: A `SettingsDirectory`, or `Tenants` with fixed settings.
        base_url: Address of this server as clients know it, with a path only if the proxy in front removes
            one. `Host` and `Forwarded` headers are not read, because a caller can forge them.
        readiness_path: Path of the readiness probe, which needs no token and is answered 200 or 503.
        nonces: Issues the nonces that DPoP proofs must contain; None: they need none.
    """

    def __init__(
        self,
        app: App,
        tenants: TenantSource,
        *,
        base_url: str,
        readiness_path: str | None = None,
        nonces: ProofNonces | None = None,
    ) -> None:
        self._app = app
        self._tenants = tenants
        self._address = ExternalAddress(base_url)
        self._readiness_path = readiness_path
        self._nonces = nonces
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
                await answer_readiness(self._tenants.readiness(), scope, send)
                return
            if path.startswith(_METADATA_PREFIX) or path == WELL_KNOWN:
                await answer_metadata(self._resource_of_metadata(path), scope, send)
                return
        address = "" if path is None else self._address.base + path
        match = self._tenants.find(address)
        decision = _NO_TENANT if match is None else await self._decide(match.validator, address, scope)
        self._audit.record(match.tenant if match else None, decision)
        if match is None or match.resource is None or not decision.allowed:
            nonce = (
                self._nonces.accepted()[0] if self._nonces and decision.error == "use_dpop_nonce" else None
            )
            await deny(decision, scope, receive, send, nonce)
        else:
            caller = _caller(match.tenant, match.resource, decision)
            await self._app({**scope, CALLER: caller}, receive, send)

    def _resource_of_metadata(self, path: str) -> ProtectedResource | None:
        """Return the protected resource with exactly this metadata address; None if there is none."""
        url = self._address.origin + path.removeprefix(WELL_KNOWN)
        match = self._tenants.find(url)
        return match.resource if match and match.resource and match.resource.url == url else None

    async def _decide(self, validator: Validator, address: str, scope: Scope) -> Decision:
        try:
            presented = presented_token(scope["headers"], scope.get("query_string", b""))
            fault = None
        except Refused as refusal:
            presented, fault = PresentedToken(""), refusal.reason  # evaluated like an opaque token
        token = presented.token if presented else None
        dpop = None
        if presented and presented.proofs is not None:
            nonces = self._nonces.accepted() if self._nonces else ()
            dpop = validator.dpop_call(presented.proofs, scope.get("method", "GET"), nonces)
        decision, refresh = validator.attempt(address, token, dpop)
        if refresh is not None:
            decision = await self._decider.decide(validator, address, token, dpop)
        if fault is not None and decision.reason is Reason.TOKEN_OPAQUE:
            return decision._replace(reason=fault)
        return decision


_METADATA_PREFIX = WELL_KNOWN + "/"
_NO_TENANT = Decision(Reason.UNKNOWN_RESOURCE, bearer_challenge())


def _caller(tenant: str, resource: ProtectedResource, decision: Decision) -> Caller:
    # From `resource` on, both tuples have the same fields in the same order; allowed decisions have all.
    fields = cast("tuple[str, str, str, str, Subject, int]", decision[2:])
    return Caller(tenant, resource.workspace, resource.environment, *fields)
