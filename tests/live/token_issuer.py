"""An issuer of signed tokens, such as a pipeline's or a company's identity provider, on this machine."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.live.authority import Authority
from tests.live.https_site import https_site


class TokenIssuer:
    """An issuer that publishes its keys with discovery, as a key set and as a SPIFFE bundle.

    `issuer` is its `iss`, `https://localhost:<port>`.
    """

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._key = RSAKey.generate_key(2048, {"kid": "the-key", "use": "sig", "alg": "RS256"})

    @property
    def jwks_url(self) -> str:
        return f"{self.issuer}/keys"

    @property
    def bundle_url(self) -> str:
        return f"{self.issuer}/bundle"

    def pages(self) -> dict[str, bytes]:
        """Return the published documents by path."""
        key = self._key.as_dict(private=False)
        svid = {name: value for name, value in key.items() if name != "alg"} | {"use": "jwt-svid"}
        documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {"issuer": self.issuer, "jwks_uri": self.jwks_url},
            "/keys": {"keys": [key]},
            "/bundle": {"keys": [svid], "spiffe_refresh_hint": 60},
        }
        return {path: json.dumps(document).encode() for path, document in documents.items()}

    def sign(self, claims: dict[str, Any], kind: str = "JWT") -> str:
        """Return a token that is valid for five minutes; claims with the value None are omitted."""
        now = int(time.time())
        defaults = {"iss": self.issuer, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
        payload = {name: value for name, value in (defaults | claims).items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": "the-key", "typ": kind}, payload, self._key)


@contextmanager
def token_issuer(authority: Authority) -> Iterator[TokenIssuer]:
    """Serve an issuer whose certificate Keycloak trusts."""
    with https_site(authority) as site:
        issuer = TokenIssuer(site.url)
        site.pages.update(issuer.pages())
        yield issuer
