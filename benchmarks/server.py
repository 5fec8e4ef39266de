"""The process of the server under load: `python -m benchmarks.server bare|guarded|audited DIRECTORY`.

It prints its port, and then, for each line of standard input, its processor time in seconds. The directory
has the tenant's settings and `keys/k1.json`, the published key of its authorization server.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import time
from pathlib import Path
from threading import Thread
from typing import cast

import uvicorn
from joserfc.jwk import RSAKey
from uvicorn._types import ASGIApplication

from benchmarks import sample
from flow_mcp.runtime import KeyCache, SettingsDirectory
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.runtime.asgi_answers import App, Receive, Scope, Send

ANSWER = json.dumps(
    {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "x" * 200}]}}
).encode()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())]


async def application(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read a call and answer it with minimal work."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


def guarded(directory: Path) -> App:
    """Return the application with the middleware."""
    key = RSAKey.import_key(json.loads((directory / "keys" / "k1.json").read_text()))
    tenants = SettingsDirectory(directory, KeyCache(sample.identity_provider(key)))
    return ProtectedResourceMiddleware(application, tenants, base_url=sample.HOST)


def print_processor_time() -> None:
    for _ in sys.stdin:
        print_value(time.process_time())


def print_value(value: float) -> None:
    sys.stdout.write(f"{value}\n")
    sys.stdout.flush()


def main() -> None:
    kind, directory = sys.argv[1], Path(sys.argv[2])
    if kind == "audited":
        logging.basicConfig(filename=os.devnull, level=logging.INFO)
    app = application if kind == "bare" else guarded(directory)
    config = uvicorn.Config(
        cast(ASGIApplication, app), log_config=None, access_log=False, lifespan="off", ws="none"
    )
    # asyncio disables Nagle's algorithm only if the protocol is stated.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        print_value(listener.getsockname()[1])
        Thread(target=print_processor_time, daemon=True).start()
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
