"""The key of a client that proves possession of its tokens (RFC 9449, DPoP)."""

from __future__ import annotations

import json
import time
import uuid
from base64 import urlsafe_b64encode
from hashlib import sha256

from joserfc import jws
from joserfc.jwk import ECKey

_ALGORITHM = "ES256"


class DpopKey:
    """A new key on P-256, which is used for one client and never stored."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256")

    def proof(self, method: str, url: str, *, token: str | None = None, nonce: str | None = None) -> str:
        """Return a proof for one request (RFC 9449, 4.2).

        Args:
            method: HTTP method of the request.
            url: URL of the request without query and fragment.
            token: The access token of the request; None for a token request.
            nonce: The nonce that the server asks for.
        """
        claims: dict[str, object] = {
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": url,
            "iat": int(time.time()),
        }
        if token is not None:
            claims["ath"] = urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
        if nonce is not None:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": _ALGORITHM, "jwk": self._key.as_dict(private=False)}
        return jws.serialize_compact(header, json.dumps(claims), self._key, algorithms=[_ALGORITHM])
