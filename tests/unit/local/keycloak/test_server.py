from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flow_mcp.local.keycloak import process, server
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.server import LocalKeycloak, Status
from flow_mcp.local.keycloak.state import Record, State
from tests.unit.local.keycloak.fakes import Machine, seen, wait_until

_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"


@pytest.fixture
def state(tmp_path: Path, machine: Machine) -> Iterator[Path]:  # noqa: ARG001 the machine that it runs on
    """A state directory on the machine with fake programs; its server is stopped at the end."""
    directory = tmp_path / "state"
    yield directory
    LocalKeycloak(directory).stop(purge=True)


def test_a_started_server_is_found_by_its_state_directory(state: Path) -> None:
    assert LocalKeycloak(state, 0).start()
    same_server = LocalKeycloak(state)
    status = same_server.status()
    assert status == Status(
        running=True,
        url=same_server.url,
        admin_user="admin",
        password_file=state / "admin-password",
        log=state / "keycloak.log",
        pid=status.pid,
    )
    assert same_server.admin_password == (state / "admin-password").read_text()


def test_a_second_start_changes_nothing(state: Path) -> None:
    keycloak = LocalKeycloak(state, 0)
    assert keycloak.start()
    before = keycloak.status()
    assert not LocalKeycloak(state).start()
    assert keycloak.status() == before


def test_a_restart_keeps_port_and_password(state: Path) -> None:
    with LocalKeycloak(state, 0) as keycloak:
        before = keycloak.url, keycloak.admin_password
    with LocalKeycloak(state) as keycloak:
        assert (keycloak.url, keycloak.admin_password) == before
        assert seen(state)["environment"]["KC_BOOTSTRAP_ADMIN_PASSWORD"] == keycloak.admin_password


def test_the_password_is_in_no_argument_and_no_report(state: Path) -> None:
    reports: list[str] = []
    keycloak = LocalKeycloak(state, 0)
    keycloak.start(reports.append)
    keycloak.stop(reports.append)
    assert keycloak.admin_password not in "".join([*reports, *seen(state)["arguments"]])


def test_the_server_listens_on_127_0_0_1(state: Path) -> None:
    with LocalKeycloak(state, 0) as keycloak:
        arguments = set(seen(state)["arguments"])
        assert {"--http-host=127.0.0.1", "--cache=local", f"--hostname={keycloak.url}"} < arguments


def test_a_sign_in_costs_one_iteration_of_the_hash(state: Path) -> None:
    with LocalKeycloak(state, 0):
        assert "--spi-password-hashing--argon2--iterations=1" in seen(state)["arguments"]


def test_stopping_a_stopped_server_is_not_an_error(state: Path) -> None:
    keycloak = LocalKeycloak(state, 0)
    keycloak.start()
    running = keycloak.status()
    assert keycloak.stop()
    assert keycloak.status() == replace(running, running=False, pid=None)
    assert not keycloak.stop()


def test_stopping_a_server_that_was_never_started_creates_no_files(state: Path) -> None:
    assert not LocalKeycloak(state).stop()
    assert not state.exists()


def test_a_purge_removes_the_directory(state: Path) -> None:
    keycloak = LocalKeycloak(state, 0)
    keycloak.start()
    assert keycloak.stop(purge=True)
    assert not state.exists()


def test_stop_does_not_end_a_later_process_with_the_same_id(state: Path, tmp_path: Path) -> None:
    """A record from before a reboot, whose process ID now belongs to another process."""
    stranger = process.spawn(["/bin/sleep", "600"], {}, tmp_path / "log")
    started = process.identity(stranger)
    assert started
    recorded = State(state)
    recorded.create()
    recorded.remember(Record(source="maven", port=8180, pid=stranger, started="another boot/1"))

    keycloak = LocalKeycloak(state)
    assert not keycloak.status().running
    assert not keycloak.stop()
    assert process.runs(stranger, started)
    process.end(stranger, started, patience=30, report=print)


def test_a_first_start_uses_a_free_port_if_the_default_port_is_used(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        monkeypatch.setattr(server, "DEFAULT_PORT", taken)
        keycloak = LocalKeycloak(state)
        assert keycloak.start(reports.append)
        first = keycloak.url
        keycloak.stop()
        with LocalKeycloak(state) as again:
            assert (again.url, first == f"http://127.0.0.1:{taken}") == (first, False)
    assert (
        f"Port {taken} on 127.0.0.1 is used by another program; using a free one. "
        "Name its URL in the tenants' files"
    ) in reports


def test_a_used_port_is_an_error_with_a_remedy(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(LocalKeycloakError) as error:
            LocalKeycloak(state, port).start()
    assert str(error.value) == (
        f"Port {port} on 127.0.0.1 is used by another program. Choose a free one with --port."
    )


def test_a_server_that_ends_while_starting_is_quoted(state: Path) -> None:
    state.mkdir()
    log = state / "keycloak.log"
    log.write_text("ERROR: of an earlier start\n")
    (state / "behaviour").write_text("fails")
    keycloak = LocalKeycloak(state, 0)
    with pytest.raises(LocalKeycloakError) as error:
        keycloak.start()
    assert str(error.value) == f"Keycloak ended during its start ({log}): ERROR: the database is locked"
    assert not keycloak.status().running


def test_a_server_that_never_answers_is_stopped(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state.mkdir()
    (state / "behaviour").write_text("is silent")
    monkeypatch.setattr("flow_mcp.local.keycloak.server._READY_SECONDS", 0.5)
    keycloak = LocalKeycloak(state, 0)
    with pytest.raises(LocalKeycloakError, match="did not answer within"):
        keycloak.start()
    assert not keycloak.status().running


def test_another_port_is_refused_while_the_server_runs(state: Path) -> None:
    with LocalKeycloak(state, 0) as keycloak, pytest.raises(LocalKeycloakError) as error:
        LocalKeycloak(state, 1).start()
    assert str(error.value) == (
        f"Keycloak already runs on {keycloak.url} (state in {state}), not on port 1. "
        "Stop it first with `flow-mcp dev stop`, or use another --state."
    )


def test_the_trusted_authority_is_kept(state: Path, tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_bytes(_CERTIFICATE)
    with LocalKeycloak(state, 0, authority):
        assert f"--truststore-paths={state}/trust.pem" in seen(state)["arguments"]
    with LocalKeycloak(state):
        assert f"--truststore-paths={state}/trust.pem" in seen(state)["arguments"]
        assert not LocalKeycloak(state, trust=authority).start()
        authority.write_bytes(_CERTIFICATE * 2)
        with pytest.raises(LocalKeycloakError, match=r"does not trust .*authority\.pem\. Stop it first"):
            LocalKeycloak(state, trust=authority).start()


@pytest.mark.parametrize(("content", "what"), [(None, "cannot be read"), (b"", "has no PEM certificate")])
def test_a_trust_file_without_certificates_is_rejected(
    state: Path, tmp_path: Path, content: bytes | None, what: str
) -> None:
    authority = tmp_path / "authority.pem"
    if content is not None:
        authority.write_bytes(content)
    with pytest.raises(LocalKeycloakError, match=what):
        LocalKeycloak(state, 0, authority).start()


def test_data_of_one_source_is_not_used_with_another(state: Path) -> None:
    with LocalKeycloak(state, 0):
        pass
    with pytest.raises(
        LocalKeycloakError, match="was created with --from maven, and --from docker cannot use it"
    ):
        LocalKeycloak(state, sources=["docker"]).start()


def test_the_files_of_the_server_are_private(state: Path) -> None:
    with LocalKeycloak(state, 0):
        open_to_others = [
            file.name
            for file in (state, state / "admin-password", state / "keycloak.log")
            if file.stat().st_mode & 0o077
        ]
    assert open_to_others == []


def test_a_killed_server_is_not_running(state: Path) -> None:
    keycloak = LocalKeycloak(state, 0)
    keycloak.start()
    record = json.loads((state / "server.json").read_text())
    os.killpg(record["pid"], 9)
    wait_until(lambda: not process.runs(record["pid"], record["started"]))
    assert not keycloak.status().running
    assert keycloak.start()
