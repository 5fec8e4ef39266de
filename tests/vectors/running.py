"""Run the vectors with the reference implementation."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import cast

from joserfc.jwk import KeySet

from flow_mcp.runtime import Decision, DpopCall, Validator, decide
from flow_mcp.runtime.asgi import CALLER, ProtectedResourceMiddleware
from flow_mcp.runtime.jwks import public_keys
from flow_mcp.runtime.resources import find_resource
from flow_mcp.runtime.tenants import Readiness, TenantResource
from flow_mcp.runtime.vectors import ExpectedDecision, Vector, Vectors, load
from flow_mcp.settings import SettingsDocument
from tests.unit.runtime.asgi_call import Application, call

_OTHER_HEADERS = [(b"host", b"app.profitbase.biz"), (b"proxy-authorization", b"Basic YTpi")]
_AUDIT = logging.getLogger("flow_mcp.runtime.audit")


@cache
def vectors() -> Vectors:
    """Return the vectors of the distribution."""
    return load()


def outcome(vector: Vector) -> ExpectedDecision:
    """Decide the vector's call."""
    vector_call = _Call(vector)
    if vector.authorization is not None:
        return vector_call.answered()
    headers = vector.dpop
    dpop = vector_call.dpop_call(headers.proofs, headers.method, headers.nonces) if headers else None
    return ExpectedDecision.of(vector_call.decided(vector.address, vector.whole_token, dpop))


@dataclass(frozen=True)
class _Call:
    """A vector's call, which replaces tenants and validator of the middleware, at the vector's time."""

    vector: Vector

    @property
    def settings(self) -> SettingsDocument | None:
        return vectors().settings[self.vector.settings] if self.vector.settings else None

    def dpop_call(self, proofs: tuple[str, ...], method: str, nonces: tuple[str, ...] = ()) -> DpopCall:
        """Return the DPoP part of a call like a `Validator`, with the proofs that other calls used."""
        used = self.vector.dpop.used_proofs if self.vector.dpop else ()
        known = {(proof.jkt, proof.jti) for proof in used}
        return DpopCall(proofs, method, lambda proof: (proof.jkt, proof.jti) not in known, nonces)

    def decided(self, address: str, token: str | None, dpop: DpopCall | None) -> Decision:
        published = vectors().keys[self.vector.keys]
        keys = {authority: _read(self.vector.keys, authority) for authority in published}
        return decide(self.settings, address, token, keys, self.vector.now, dpop)

    def attempt(self, address: str, token: str | None, dpop: DpopCall | None = None) -> tuple[Decision, None]:
        """Decide like a `Validator`."""
        return self.decided(address, token, dpop), None

    def find(self, address: str) -> TenantResource | None:
        """Return the resource of an address like `Tenants`."""
        resources = self.settings.protected_resources if self.settings else ()
        return TenantResource("acme", cast("Validator", self), find_resource(resources, address))

    def readiness(self) -> Readiness:
        """Return readiness like `Tenants`."""
        return Readiness(ready=True, alarms={})

    def answered(self) -> ExpectedDecision:
        """Call the middleware and return the decision from its answer, its log and the caller."""
        application, log = Application(), _Log()
        server = ProtectedResourceMiddleware(application, self, base_url="https://app.profitbase.biz")
        values = self.vector.authorization or ()
        headers = [*_OTHER_HEADERS, *((b"authorization", value.encode("latin-1")) for value in values)]
        dpop = self.vector.dpop
        headers += [(b"dpop", proof.encode("latin-1")) for proof in (dpop.proofs if dpop else ())]
        level = _AUDIT.level
        _AUDIT.setLevel(logging.INFO)
        _AUDIT.addHandler(log)
        try:
            method = dpop.method if dpop else "POST"
            answer = call(server, f"{self.vector.address}?{self.vector.query or ''}", headers, method=method)
        finally:
            _AUDIT.removeHandler(log)
            _AUDIT.setLevel(level)
        challenge = answer.headers.get("www-authenticate")
        error = re.search(r'error="(\w+)"', challenge or "")
        allowed = bool(application.scopes)
        return ExpectedDecision.model_validate(
            log.last
            | {
                "allowed": allowed,
                "status": 200 if allowed else answer.status,
                "error": error and error[1],
                "challenge": challenge,
                "expires_at": application.scopes[0][CALLER].expires_at if allowed else None,
            }
        )


class _Log(logging.Handler):
    """A log handler with the fields of the last record."""

    def __init__(self) -> None:
        super().__init__()
        self.last: dict[str, object] = {}

    def emit(self, record: logging.LogRecord) -> None:
        names = ("reason", "resource", "authority", "client", "subject", "subject_kind")
        self.last = {name: getattr(record, name) for name in names}


@cache
def _read(name: str, authority: str) -> KeySet:
    return public_keys(vectors().keys[name][authority])


def forget_keys() -> None:
    """Clear the cache of parsed keys."""
    _read.cache_clear()
