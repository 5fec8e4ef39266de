"""Holds well-known ports of 127.0.0.1 until it is ended: what needs one of them fails."""

import signal
import socket

# Keycloak and the demo, MCP Inspector, VS Code, Cursor, mcp-remote, development servers.
PORTS = (3000, 3334, 6274, 6277, 8000, 8080, 8090, 8180, 8443, 8787, 9000, 33418)

held = []
for port in PORTS:
    try:
        held.append(socket.create_server(("127.0.0.1", port)))
    except OSError:
        print(f"Port {port} is held by another program already", flush=True)
print(f"Held during this run: {', '.join(str(each.getsockname()[1]) for each in held)}", flush=True)
signal.pause()
