"""Fixtures: two tenants created with `pulumi up`, their MCP server, and a browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.runtime.directory import SettingsDirectory
from tests.forking_project import forking_project
from tests.interop import tenants
from tests.interop.browser import Browser, chromium
from tests.interop.desk import Desk
from tests.interop.scene import Scene
from tests.interop.server import flow_server
from tests.live.authority import Authority
from tests.live.https_site import https_site
from tests.live.key_pair import KeyPair
from tests.live.tenant import Tenant


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Headless Chromium."""
    with chromium(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.fixture(scope="session")
def whole_scene(
    tmp_path_factory: pytest.TempPathFactory,
    hosts: PythonHosts | None,
    keycloak: LocalKeycloak,
    admin: httpx.Client,
) -> Iterator[Scene]:
    """The tenants `interop` and `neighbour` with equal declarations; only the first has people."""
    credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
    scratch = forking_project(hosts, tmp_path_factory.mktemp("interop"), credentials)
    settings = tmp_path_factory.mktemp("settings")
    key = KeyPair.make("signing-agent")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        instance = f"http://127.0.0.1:{listening.getsockname()[1]}/flow"
        created = []
        for name in ("interop", "neighbour"):
            tenant = Tenant(name, scratch)
            declared = tenants.declaration(name, keycloak.url, key.certificate)
            created.append(tenants.create(tenant, declared, instance, settings))
        tenants.employ(created[0], admin)
        with SettingsDirectory(settings) as directory, flow_server(listening, directory) as server:
            yield Scene(created[0], created[1], server, key)
    for gone in created:
        # Other tests check the result of `pulumi destroy`.
        admin.delete(gone.name)


@pytest.fixture
def scene(whole_scene: Scene) -> Scene:
    """The scene without denied calls."""
    whole_scene.server.refusals.clear()
    return whole_scene


@pytest.fixture
def desk(scene: Scene, browser: Browser, authority: Authority, tmp_path: Path) -> Iterator[Desk]:
    """A client's environment, new for each test except for the browser."""
    with https_site(authority) as site:
        yield Desk(scene, browser, site, authority.certificate, tmp_path)
