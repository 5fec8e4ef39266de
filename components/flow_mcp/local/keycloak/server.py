"""Start and stop a Keycloak on 127.0.0.1."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import httpx

from flow_mcp.common.deadline import limited_client, within
from flow_mcp.common.locks import exclusive
from flow_mcp.local.keycloak import docker, installations, process
from flow_mcp.local.keycloak.distribution import VERSION
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.logs import first_error
from flow_mcp.local.keycloak.ports import free_port, is_free
from flow_mcp.local.keycloak.state import SOURCES, Record, Source, State

DEFAULT_PORT = 8180
_READY_SECONDS = 300
_END_SECONDS = 30
_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 10.0

Report = Callable[[str], None]


def _silent(_: str) -> None:
    pass


@dataclass(frozen=True)
class Status:
    """The status of a local Keycloak, without secrets.

    `url` is also set while the server does not run; it is None before the first start.
    """

    running: bool
    url: str | None
    admin_user: str
    password_file: Path
    log: Path
    pid: int | None


class LocalKeycloak:
    """A Keycloak with its own data, administrator password, port and log in one state directory.

    As a context manager it is started on entry and stopped on exit; its data is kept.

    Args:
        state_dir: the directory for all files of this server; the first start creates it.
        port: port on 127.0.0.1; 0 for a free one; None for the previous one, at first `DEFAULT_PORT`.
        trust: PEM file with the certificate authorities that Keycloak trusts when it fetches documents; None
            keeps the earlier ones.
        sources: the permitted sources of Keycloak, in order of preference.
    """

    def __init__(
        self,
        state_dir: Path,
        port: int | None = None,
        trust: Path | None = None,
        sources: Sequence[Source] = SOURCES,
    ) -> None:
        self._state = State(state_dir)
        self._port = port
        self._trust = trust
        self._sources = sources

    def __enter__(self) -> LocalKeycloak:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Base URL without a final slash; a realm's issuer is `<url>/realms/<realm>`.

        Raises:
            LocalKeycloakError: the server was never started, so it has no port.
        """
        record = self._state.record()
        if not record:
            raise LocalKeycloakError(
                f"Keycloak was never started in {self._state.directory}. Start it first."
            )
        return _url(record.port)

    @property
    def admin_user(self) -> str:
        return installations.ADMIN_USER

    @property
    def admin_password(self) -> str:
        """The administrator's password. Pass it in environment variables, never in arguments.

        Raises:
            LocalKeycloakError: the password file is missing.
        """
        return self._state.password()

    def status(self) -> Status:
        record = self._state.record()
        running = bool(record and _runs(record))
        return Status(
            running=running,
            url=_url(record.port) if record else None,
            admin_user=installations.ADMIN_USER,
            password_file=self._state.password_file,
            log=self._state.log,
            pid=record.pid if record and running else None,
        )

    def start(self, report: Report = _silent) -> bool:
        """Start the server and wait until it answers; a running server is not changed.

        Args:
            report: receives the slow steps as text.

        Returns:
            Whether it was started by this call.

        Raises:
            LocalKeycloakError: the port is in use; no source of Keycloak works; the server ends or does not
                answer in time; or it already runs with another port or trust.
        """
        self._state.create()
        with exclusive(self._state.lock, report):
            record = self._state.record()
            if record and _runs(record):
                self._reject_changes(record)
                self._wait_until_ready(record, 0)
                return False
            port = self._choose_port(record, report)
            installation = installations.choose(self._usable_sources(record), report)
            if self._trust:
                self._state.trust.write_bytes(_certificates(self._trust))
            launch = installation.launch(self._state, port)
            log_offset = self._state.log.stat().st_size if self._state.log.exists() else 0
            report(f"Starting Keycloak {VERSION} on {_url(port)}")
            pid = process.spawn(launch.command, launch.environment, self._state.log)
            record = Record(source=installation.source, port=port, pid=pid, started=process.identity(pid))
            try:
                self._state.remember(record)
                self._wait_until_ready(record, log_offset)
            except BaseException:
                self._end(record, report)
                raise
            return True

    def stop(self, report: Report = _silent, *, purge: bool = False) -> bool:
        """Stop the server that `start` started. It is not an error if the server does not run.

        Args:
            report: receives the slow steps as text.
            purge: also remove data, password and log.

        Returns:
            Whether the server ran.
        """
        if not self._state.directory.exists():
            return False
        with exclusive(self._state.lock, report):
            record = self._state.record()
            was_running = bool(record and _runs(record))
            if record and was_running:
                report(f"Stopping Keycloak on {_url(record.port)}")
                self._end(record, report)
            if purge:
                if record and record.source == "docker":
                    docker.remove_data(self._state)
                self._state.remove()
            return was_running

    def _end(self, record: Record, report: Report) -> None:
        if record.pid is not None and record.started is not None:
            ended = process.end(record.pid, record.started, patience=_END_SECONDS, report=report)
            if record.source == "docker" and not ended:
                docker.remove_container(self._state)
        self._state.remember(record.model_copy(update={"pid": None, "started": None}))

    def _reject_changes(self, record: Record) -> None:
        running = f"Keycloak already runs on {_url(record.port)} (state in {self._state.directory})"
        remedy = "Stop it first with `flow-mcp dev stop`"
        if self._port not in {None, 0, record.port}:
            raise LocalKeycloakError(
                f"{running}, not on port {self._port}. {remedy}, or use another --state."
            )
        trusted = self._state.trust.read_bytes() if self._state.trust.exists() else None
        if self._trust and _certificates(self._trust) != trusted:
            raise LocalKeycloakError(f"{running} and does not trust {self._trust}. {remedy}.")

    def _choose_port(self, record: Record | None, report: Report) -> int:
        previous = record.port if record else None
        if self._port == 0:
            return previous if previous and is_free(previous) else free_port()
        port = self._port or previous
        if port is None:
            if is_free(DEFAULT_PORT):
                return DEFAULT_PORT
            report(
                f"Port {DEFAULT_PORT} on 127.0.0.1 is used by another program; using a free one. "
                "Name its URL in the tenants' files"
            )
            return free_port()
        if not is_free(port):
            raise LocalKeycloakError(
                f"Port {port} on 127.0.0.1 is used by another program. Choose a free one with --port."
            )
        return port

    def _usable_sources(self, record: Record | None) -> Sequence[Source]:
        """Return the sources that can use the data of earlier starts, in a Docker volume or in files."""
        if not record:
            return self._sources
        usable = [source for source in self._sources if (source == "docker") == (record.source == "docker")]
        if not usable:
            raise LocalKeycloakError(
                f"The data of this Keycloak was created with --from {record.source}, and --from "
                f"{self._sources[0]} cannot use it. Remove it with `flow-mcp dev stop --purge`, or use "
                "another --state."
            )
        return usable

    def _wait_until_ready(self, record: Record, log_offset: int) -> None:
        """Wait for the master realm's metadata, which Keycloak serves only when its start is complete."""
        deadline = time.monotonic() + _READY_SECONDS
        issuer = f"{_url(record.port)}/realms/master"
        # The environment's proxy must not be used for 127.0.0.1.
        with limited_client(trust_env=False) as client:
            while not _answers(client, issuer):
                if not _runs(record):
                    reason = first_error(self._state.log, log_offset)
                    raise LocalKeycloakError(f"Keycloak ended during its start ({self._state.log}): {reason}")
                if time.monotonic() > deadline:
                    raise LocalKeycloakError(
                        f"Keycloak did not answer within {_READY_SECONDS} s of its start and was stopped. "
                        f"See {self._state.log}, and check whether this machine is overloaded."
                    )
                time.sleep(_POLL_SECONDS)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _runs(record: Record) -> bool:
    return record.pid is not None and record.started is not None and process.runs(record.pid, record.started)


def _answers(client: httpx.Client, issuer: str) -> bool:
    try:
        with within(_ANSWER_SECONDS):
            answer = client.get(f"{issuer}/.well-known/openid-configuration")
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK and answer.json()["issuer"] == issuer


def _certificates(file: Path) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LocalKeycloakError(
            f"{file} cannot be read ({error.strerror}). --trust needs a PEM file."
        ) from error
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise LocalKeycloakError(f"{file} has no PEM certificate. --trust needs one.")
    return content
