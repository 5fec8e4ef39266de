"""Fixtures for tests of the runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flow_mcp.runtime import KeyCache
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.runtime.directory import SettingsDirectory
from flow_mcp.runtime.tenants import Tenants
from tests.unit.runtime import acme
from tests.unit.runtime.acme import NOW
from tests.unit.runtime.asgi_call import Application
from tests.unit.runtime.following import KEPT
from tests.unit.runtime.guarded import HOST
from tests.unit.runtime.network import Clock, FakeServer


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def keys() -> Iterator[KeyCache]:
    with FakeServer().client() as client:
        yield KeyCache(client, lambda: NOW)


@pytest.fixture
def follow(tmp_path: Path, clock: Clock, keys: KeyCache) -> Iterator[Callable[[], SettingsDirectory]]:
    """Return a function that loads the directory, which is scanned again only by `scan`."""
    following: list[SettingsDirectory] = []

    def start() -> SettingsDirectory:
        following.append(
            SettingsDirectory(
                tmp_path,
                keys,
                poll_seconds=10_000,
                kept_while_broken=KEPT,
                clock=clock,
                wall_clock=lambda: NOW,
            )
        )
        return following[-1]

    yield start
    for directory in following:
        directory.close()


@pytest.fixture
def application() -> Application:
    return Application()


@pytest.fixture
def guarded(application: Application) -> Iterator[ProtectedResourceMiddleware]:
    with FakeServer().client() as client:
        tenants = Tenants([acme.settings()], KeyCache(client), lambda: NOW)
        yield ProtectedResourceMiddleware(application, tenants, base_url=HOST, readiness_path="/readyz")
