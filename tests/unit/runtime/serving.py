"""A real HTTP server on loopback."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import cast

import uvicorn
from uvicorn._types import ASGIApplication

from flow_mcp.runtime.asgi_answers import App


@contextmanager
def serving(app: App, lifespan: str = "off") -> Iterator[int]:
    """Serve an application with uvicorn and yield its port."""
    config = uvicorn.Config(
        cast(ASGIApplication, app),
        log_config=None,
        lifespan="on" if lifespan == "on" else "off",
        ws="none",
        h11_max_incomplete_event_size=4 * 1024 * 1024,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            end = time.monotonic() + 10
            while not server.started:
                assert thread.is_alive()
                assert time.monotonic() < end
                time.sleep(0.005)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(10)
            assert not thread.is_alive()
