"""One Keycloak on this machine, bound to 127.0.0.1."""

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
    """What there is to know about a local Keycloak; holds no secret.

    `url` is the one it has while it runs and will have again; None before its first start.
    """

    running: bool
    url: str | None
    admin_user: str
    password_file: Path
    log: Path
    pid: int | None


class LocalKeycloak:
    """A Keycloak with its own data, administrator password, port and log in one state directory.

    As a context manager it is started on entry and stopped on exit; its data stays.

    Args:
        state_dir: where everything of this server is kept; made at the first start.
        port: on 127.0.0.1; 0 for any free one; None for the one it had, at first `DEFAULT_PORT`.
        trust: a PEM file with certificates of authorities that Keycloak is to trust when it fetches
            documents by HTTPS; None keeps what was given before.
        sources: the ways to run it that may be used, in order of preference.
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
        """Base URL without a slash at its end; a realm's issuer is `<url>/realms/<realm>`.

        Raises:
            LocalKeycloakError: it was never started, so it has no port yet.
        """
        record = self._state.record()
        if not record:
            raise LocalKeycloakError(f"no Keycloak was started in {self._state.directory}: start it first")
        return _url(record.port)

    @property
    def admin_user(self) -> str:
        return installations.ADMIN_USER

    @property
    def admin_password(self) -> str:
        """The administrator's password: a secret, for environments of programs and never for arguments.

        Raises:
            LocalKeycloakError: its file is gone.
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
        """Start the server and wait until it answers; a running one is left as it is.

        Args:
            report: told each step that may take longer than a moment.

        Returns:
            Whether it had to be started.

        Raises:
            LocalKeycloakError: the port is in use, no way to run Keycloak works here, it ends or does not
                answer in time, or it runs already with another port or trust than asked for.
        """
        self._state.create()
        with exclusive(self._state.lock, report):
            record = self._state.record()
            if record and _runs(record):
                self._refuse_changes(record)
                self._wait_until_ready(record, 0)
                return False
            port = self._choose_port(record, report)
            way = installations.choose(self._usable_sources(record), report)
            if self._trust:
                self._state.trust.write_bytes(_certificates(self._trust))
            launch = way.launch(self._state, port)
            said_before = self._state.log.stat().st_size if self._state.log.exists() else 0
            report(f"Starting Keycloak {VERSION} on {_url(port)}")
            pid = process.spawn(launch.command, launch.environment, self._state.log)
            record = Record(source=way.source, port=port, pid=pid, started=process.identity(pid))
            try:
                self._state.remember(record)
                self._wait_until_ready(record, said_before)
            except BaseException:
                self._end(record, report)
                raise
            return True

    def stop(self, report: Report = _silent, *, purge: bool = False) -> bool:
        """End the server that `start` started, and only that; one that does not run is no error.

        Args:
            report: told what takes longer than a moment.
            purge: remove its data, password and log as well.

        Returns:
            Whether it ran.
        """
        if not self._state.directory.exists():
            return False
        with exclusive(self._state.lock, report):
            record = self._state.record()
            ran = bool(record and _runs(record))
            if record and ran:
                report(f"Stopping Keycloak on {_url(record.port)}")
                self._end(record, report)
            if purge:
                if record and record.source == "docker":
                    docker.remove_data(self._state)
                self._state.remove()
            return ran

    def _end(self, record: Record, report: Report) -> None:
        if record.pid is not None and record.started is not None:
            went = process.end(record.pid, record.started, patience=_END_SECONDS, report=report)
            if record.source == "docker" and not went:
                docker.remove_container(self._state)
        self._state.remember(record.model_copy(update={"pid": None, "started": None}))

    def _refuse_changes(self, record: Record) -> None:
        again = f"Keycloak runs already on {_url(record.port)} (state in {self._state.directory})"
        remedy = "stop it first with `flow-mcp dev stop`"
        if self._port not in {None, 0, record.port}:
            raise LocalKeycloakError(f"{again}, not on port {self._port}: {remedy}, or use another --state")
        known = self._state.trust.read_bytes() if self._state.trust.exists() else None
        if self._trust and _certificates(self._trust) != known:
            raise LocalKeycloakError(f"{again} and does not trust {self._trust}: {remedy}")

    def _choose_port(self, record: Record | None, report: Report) -> int:
        known = record.port if record else None
        if self._port == 0:
            return known if known and is_free(known) else free_port()
        port = self._port or known
        if port is None:
            if is_free(DEFAULT_PORT):
                return DEFAULT_PORT
            report(f"Port {DEFAULT_PORT} on 127.0.0.1 is used by another program: taking a free one")
            return free_port()
        if not is_free(port):
            raise LocalKeycloakError(
                f"port {port} on 127.0.0.1 is used by another program: choose a free one with --port"
            )
        return port

    def _usable_sources(self, record: Record | None) -> Sequence[Source]:
        """The ways that reach the data of earlier starts, which is in a Docker volume or in files."""
        if not record:
            return self._sources
        usable = [s for s in self._sources if (s == "docker") == (record.source == "docker")]
        if not usable:
            raise LocalKeycloakError(
                f"the data of this Keycloak was made with --from {record.source}, which --from "
                f"{self._sources[0]} cannot use: remove it with `flow-mcp dev stop --purge`, or use another "
                "--state"
            )
        return usable

    def _wait_until_ready(self, record: Record, said_before: int) -> None:
        """Wait for the master realm's discovery document, which comes last when Keycloak starts."""
        deadline = time.monotonic() + _READY_SECONDS
        issuer = f"{_url(record.port)}/realms/master"
        # A proxy of the environment has no business between us and 127.0.0.1.
        with limited_client(trust_env=False) as client:
            while not _answers(client, issuer):
                if not _runs(record):
                    reason = first_error(self._state.log, said_before)
                    raise LocalKeycloakError(f"Keycloak ended while it started ({self._state.log}): {reason}")
                if time.monotonic() > deadline:
                    raise LocalKeycloakError(
                        f"Keycloak did not answer within {_READY_SECONDS} s of its start and was stopped: "
                        f"see {self._state.log}, and whether this machine is overloaded"
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
            f"{file} cannot be read ({error.strerror}): --trust needs a PEM file"
        ) from error
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise LocalKeycloakError(f"{file} holds no PEM certificate: --trust needs one")
    return content
