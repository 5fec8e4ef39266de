"""Find free ports on 127.0.0.1 for servers to start."""

from __future__ import annotations

import secrets
import socket

# Below the ephemeral ports of the system (Linux: from 32768), which another program could get before the
# server listens.
_PORTS = range(20_000, 32_768)


def is_free(port: int) -> bool:
    """Return whether no program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a free port that the system does not assign to other programs."""
    while not is_free(port := secrets.choice(_PORTS)):
        pass
    return port
