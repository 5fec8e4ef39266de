"""Checks the public key of a client that authenticates with a private key JWT against Auth0's restrictions.

https://auth0.com/docs/get-started/applications/configure-private-key-jwt (RS256, RS384 or PS256; 2048 to
4096 bits; a PEM public key or X.509 certificate)
"""

from __future__ import annotations

import warnings

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import RSAKey

_MINIMUM_BITS, _MAXIMUM_BITS = 2048, 4096


def key_problem(pem: str) -> str | None:
    """Return why Auth0 rejects a declared certificate or public key; None if it accepts it."""
    try:
        with warnings.catch_warnings():
            # The check below reports a key that is too small, with the bounds.
            warnings.simplefilter("ignore", SecurityWarning)
            bits = RSAKey.import_key(pem).public_key.key_size
    except JoseError:
        return "has no RSA key, the only type that Auth0 accepts"
    except ValueError:
        return "cannot be read as a certificate or public key"
    if not _MINIMUM_BITS <= bits <= _MAXIMUM_BITS:
        return f"has a key of {bits} bits, but Auth0 accepts {_MINIMUM_BITS} to {_MAXIMUM_BITS}"
    return None
