"""The public key of a client that signs its assertions, held against what Auth0 takes.

https://auth0.com/docs/get-started/applications/configure-private-key-jwt (RS256, RS384 or PS256; 2048 to
4096 bits; a PEM public key or X.509 certificate)
"""

from __future__ import annotations

import warnings

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import RSAKey

_SMALLEST, _LARGEST = 2048, 4096


def problem(pem: str) -> str | None:
    """What is wrong with a declared certificate; None if Auth0 takes it."""
    try:
        with warnings.catch_warnings():
            # A key that is too small is named below, with the bounds.
            warnings.simplefilter("ignore", SecurityWarning)
            bits = RSAKey.import_key(pem).public_key.key_size
    except JoseError:
        return "holds no RSA key, the only kind that Auth0 takes"
    except ValueError:
        return "cannot be read as a certificate or public key"
    if not _SMALLEST <= bits <= _LARGEST:
        return f"has a key of {bits} bits; Auth0 takes {_SMALLEST} to {_LARGEST}"
    return None
