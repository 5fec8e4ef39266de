"""The vectors, run by the reference."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast

import anyio
from joserfc.jwk import KeySet

from flow_mcp.runtime import Decision, Validator, decide
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.runtime.jwks import public_keys
from flow_mcp.runtime.tenants import Place, Tenants
from flow_mcp.settings import SettingsDocument
from flow_mcp.vectors import ExpectedDecision, Vector, Vectors, load


@cache
def vectors() -> Vectors:
    """The vectors of the distribution."""
    return load()


def outcome(vector: Vector) -> ExpectedDecision:
    """Decide the vector's call."""
    call = _Call(vector)
    return ExpectedDecision.of(call.decided() if vector.authorization is None else call.answered())


@dataclass(frozen=True)
class _Call:
    vector: Vector

    @property
    def settings(self) -> SettingsDocument | None:
        return vectors().settings[self.vector.settings] if self.vector.settings else None

    def decided(self) -> Decision:
        return self._decide(self.vector.address, self.vector.whole_token)

    def answered(self) -> Decision:
        """Through the middleware, which looks for the token in the call."""
        values = self.vector.authorization or ()
        others = [(b"host", b"app.profitbase.biz"), (b"proxy-authorization", b"Basic YTpi")]
        scope = {
            "headers": [*others, *((b"authorization", value.encode("latin-1")) for value in values)],
            "query_string": (self.vector.query or "").encode(),
        }
        middleware = ProtectedResourceMiddleware(
            _nothing, Tenants([]), base_url=self.vector.address.partition("/mcp/")[0]
        )
        place = Place("acme", cast("Validator", self), None)
        return anyio.run(middleware._decide, place, self.vector.address, scope)

    def attempt(self, address: str, token: str | None) -> tuple[Decision, None]:
        """As a validator does, with the vector's time and keys."""
        return self._decide(address, token), None

    def _decide(self, address: str, token: str | None) -> Decision:
        published = vectors().keys[self.vector.keys]
        keys = {authority: _read(self.vector.keys, authority) for authority in published}
        return decide(self.settings, address, token, keys, self.vector.now)


@cache
def _read(name: str, authority: str) -> KeySet:
    return public_keys(vectors().keys[name][authority])


def forget_keys() -> None:
    """Read keys anew."""
    _read.cache_clear()


async def _nothing(*_: object) -> None:
    raise AssertionError("not to be called")
