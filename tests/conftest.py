"""Fixtures for all tests; in each process, one Keycloak serves all that need a real one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.forking_project import forked_hosts, forking_project
from tests.live.admin import admin_client
from tests.live.authority import Authority

REPOSITORY = Path(__file__).parent.parent


def pytest_configure() -> None:
    """End as after a Ctrl-C when told to; and a shell's `&` has no Ctrl-C reach the programs under test."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what is left of processes that were cut off: pytest-xdist gives them 10 seconds to do so."""
    if hasattr(config, "workerinput"):
        return
    base = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined] # xdist knows it from there too
    for directory, _, files in os.walk(base):
        if "server.json" in files:
            with suppress(LocalKeycloakError):  # a test has damaged it
                LocalKeycloak(Path(directory)).stop()
    # Browsers and engines name their directories in their arguments, where the system shows those.
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{base}/".encode() in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGTERM)


@pytest.fixture(scope="session")
def hosts() -> Iterator[PythonHosts | None]:
    """Forks the language hosts of `pulumi` in scratch projects."""
    with forked_hosts() as hosts:
        yield hosts


@pytest.fixture
def scratch(tmp_path: Path, hosts: PythonHosts | None) -> ScratchProject:
    """A copy of the project with a backend of its own and no stacks; needs `make toolchain`."""
    return forking_project(hosts, tmp_path / "trial", {})


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The certificate authority that `keycloak` trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[LocalKeycloak]:
    """An empty Keycloak; a test makes a realm with a name of its own and removes it."""
    # Not Docker: a container does not reach the documents that tests serve on 127.0.0.1.
    directory = tmp_path_factory.mktemp("keycloak")
    server = LocalKeycloak(directory, 0, authority.certificate, sources=("maven", "download"))
    with server:
        yield server


@pytest.fixture(scope="session")
def admin(keycloak: LocalKeycloak) -> Iterator[httpx.Client]:
    """Keycloak's admin API: `admin.post("", json={"realm": "x"})`, `admin.get("x/clients")`."""
    with admin_client(keycloak) as client:
        yield client


@pytest.fixture(scope="module")
def module_scratch(
    tmp_path_factory: pytest.TempPathFactory, keycloak: LocalKeycloak, hosts: PythonHosts | None
) -> ScratchProject:
    """A copy of the project for the tests of one module, with the administrator's credentials."""
    credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
    return forking_project(hosts, tmp_path_factory.mktemp("trial"), credentials)
