"""Ports of 127.0.0.1 for servers that have yet to start."""

from __future__ import annotations

import secrets
import socket

# Below those that the system gives to whoever asks for any (Linux: from 32768 on): one of those may be gone
# before the server listens.
_PORTS = range(20_000, 32_768)


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free, and that nobody is likely to be given."""
    while not is_free(port := secrets.choice(_PORTS)):
        pass
    return port
