"""Tests of `flow-mcp dev` with a real Keycloak."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from flow_mcp.local.keycloak import distribution
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.live.admin import admin_client

_FLOW_MCP = Path(sys.executable).with_name("flow-mcp")
# 127.0.0.1 and ::ffff:127.0.0.1 as the kernel's tables write them.
_LOOPBACK = "0100007F"
_MAPPED_LOOPBACK = "0000000000000000FFFF00000100007F"


@dataclass
class CommandLine:
    """The command `flow-mcp dev` for one state directory, with all of its output."""

    state: Path
    printed: str = ""

    def __call__(self, *arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [_FLOW_MCP, "dev", *arguments, "--state", self.state], capture_output=True, text=True, check=False
        )
        self.printed += done.stdout + done.stderr
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """The command with a running Keycloak, which is stopped and removed after the module."""
    run = CommandLine(tmp_path_factory.mktemp("dev") / "keycloak")
    code, _ = run("start", "--port", "0", "--from", "maven")
    try:
        assert code == 0, run.printed
        yield run
    finally:
        run("stop", "--purge")


def test_a_started_server_has_its_own_address_as_issuer(dev: CommandLine) -> None:
    url = json.loads(dev("status", "--json")[1])["url"]
    metadata = httpx.get(f"{url}/realms/master/.well-known/openid-configuration", trust_env=False).json()
    assert (metadata["issuer"], metadata["client_id_metadata_document_supported"]) == (
        f"{url}/realms/master",
        True,
    )


def test_a_second_start_changes_nothing(dev: CommandLine) -> None:
    before = dev("status", "--json")
    assert dev("start", "--port", "0", "--json") == before
    assert dev("status", "--json") == before


def test_the_server_listens_on_loopback_only(dev: CommandLine) -> None:
    group = json.loads(dev("status", "--json")[1])["pid"]
    addresses = _listening_addresses(group)
    assert addresses
    assert addresses <= {_LOOPBACK, _MAPPED_LOOPBACK}


def test_the_password_is_in_one_file_only(dev: CommandLine) -> None:
    password_file = dev.state / "admin-password"
    password = password_file.read_bytes()
    group = json.loads(dev("status", "--json")[1])["pid"]
    arguments = [(Path("/proc") / str(pid) / "cmdline").read_bytes() for pid in _processes(group)]
    holders = [file for file in dev.state.rglob("*") if file.is_file() and password in file.read_bytes()]
    assert holders == [password_file]
    assert password_file.stat().st_mode & 0o777 == 0o600
    assert len(arguments) > 1
    assert not any(password in argument for argument in arguments)
    assert password.decode() not in dev.printed


def test_a_restarted_server_keeps_port_password_and_data(dev: CommandLine) -> None:
    server = LocalKeycloak(dev.state)
    url, password, before = server.url, server.admin_password, _contents(distribution.cache_directory())
    with admin_client(server) as admin:
        admin.post("", json={"realm": "kept"})

    assert dev("stop")[0] == 0
    assert dev("status") == (3, "Keycloak is not running.\n")
    assert dev("stop") == (0, "Keycloak was not running.\n")
    assert dev("start")[0] == 0

    with admin_client(server) as admin:
        realms = {realm["realm"] for realm in admin.get("").json()}
    assert (server.url, server.admin_password, realms) == (url, password, {"master", "kept"})
    assert _contents(distribution.cache_directory()) == before


def test_servers_of_two_state_directories_share_nothing(
    dev: CommandLine, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    with admin_client(LocalKeycloak(dev.state)) as other_admin:
        other_admin.post("", json={"realm": "of-the-other"})
    assert "of-the-other" not in {realm["realm"] for realm in admin.get("").json()}
    assert LocalKeycloak(dev.state).admin_password != keycloak.admin_password


def _processes(group: int) -> list[int]:
    """Return the processes of a group, from field 5 of proc_pid_stat(5)."""
    pids = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group:
            pids.append(int(stat.parent.name))
    return pids


def _listening_addresses(group: int) -> set[str]:
    """Return the local TCP and UDP addresses at which processes of a group listen, from proc_net(5)."""
    ours = set()
    for pid in _processes(group):
        for file in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):
                ours.add(str(file.readlink()))
    addresses = set()
    for table, accepting in {"tcp": "0A", "tcp6": "0A", "udp": "07", "udp6": "07"}.items():
        for line in (Path("/proc/net") / table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == accepting and f"socket:[{fields[9]}]" in ours:
                addresses.add(fields[1].partition(":")[0])
    return addresses


def _contents(directory: Path) -> dict[Path, tuple[int, int]]:
    """Return size and modification time of every file."""
    return {
        file: (file.stat().st_size, file.stat().st_mtime_ns)
        for file in directory.rglob("*")
        if file.is_file()
    }
