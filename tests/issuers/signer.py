"""The signing key of an authorization server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeyParameters, KeySet, RSAKey

from flow_mcp.runtime import Decision, decide
from flow_mcp.settings import SettingsDocument

NOW = 1_790_000_000


@dataclass
class Signer:
    """A server's RSA key, which is generated once.

    Args:
        kid: its ID, in the server's form.
        typ: the type of the server's access tokens.
        alg: the member `alg` of the published key; None if the server publishes none.
    """

    kid: str
    typ: str
    alg: str | None = "RS256"

    @cached_property
    def key(self) -> RSAKey:
        """The private key."""
        members: KeyParameters = {"kid": self.kid, "use": "sig"}
        if self.alg:
            members["alg"] = self.alg
        return RSAKey.generate_key(2048, members)

    def public_keys(self) -> KeySet:
        """Return what the server publishes."""
        return KeySet([RSAKey.import_key(self.key.as_dict(private=False))])

    def signed(self, claims: dict[str, Any], kind: str | None = None) -> str:
        """Return a token, by default of the server's type."""
        return jwt.encode({"alg": "RS256", "typ": kind or self.typ, "kid": self.kid}, claims, self.key)

    def decided(self, settings: SettingsDocument, resource: str, token: str) -> Decision:
        """Return what the runtime decides by this document, with the keys of its authority."""
        keys = {settings.authorization_servers[0].authority: self.public_keys()}
        return decide(settings, resource, token, keys, NOW + 60)
