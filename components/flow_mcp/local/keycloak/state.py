"""The state directory of a local Keycloak."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from flow_mcp.local.keycloak.errors import LocalKeycloakError

Source = Literal["docker", "maven", "download"]
SOURCES: tuple[Source, ...] = get_args(Source)


class Record(BaseModel):
    """A server's data that is kept between commands; `pid` and `started` are set while it runs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: Source
    port: int
    pid: int | None = None
    started: str | None = None


class State:
    """The state directory of one server, which only its owner can read."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.lock = self.directory / "lock"
        self.log = self.directory / "keycloak.log"
        self.trust = self.directory / "trust.pem"
        self.password_file = self.directory / "admin-password"
        self.home = self.directory / "home"
        self._record = self.directory / "server.json"

    def create(self) -> None:
        """Create the directory.

        Raises:
            LocalKeycloakError: it cannot be created.
        """
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LocalKeycloakError(
                f"{self.directory} cannot be created ({error.strerror}). "
                "Choose another directory with --state."
            ) from error

    def record(self) -> Record | None:
        """Return the server's record; None if there is none.

        Raises:
            LocalKeycloakError: the file is damaged.
        """
        try:
            return Record.model_validate_json(self._record.read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as error:
            raise LocalKeycloakError(
                f"{self._record} is damaged ({error.errors()[0]['msg']}). Delete it and start again."
            ) from error

    def remember(self, record: Record) -> None:
        temporary = self._record.with_suffix(".new")
        temporary.write_text(record.model_dump_json() + "\n")
        temporary.replace(self._record)

    def password(self) -> str:
        """Return the administrator's password; the first call creates it.

        Raises:
            LocalKeycloakError: the password file is missing, but the server's data exists.
        """
        if self.password_file.exists():
            return self.password_file.read_text()
        if self.record():
            raise LocalKeycloakError(
                f"{self.password_file} is missing, and the server's data cannot be used without it. "
                "Remove the data with `flow-mcp dev stop --purge` and start again."
            )
        password = secrets.token_urlsafe(24)
        self.password_file.touch(mode=0o600, exist_ok=False)
        self.password_file.write_text(password)
        return password

    def remove(self) -> None:
        """Remove the server's files, and the directory if it is empty then."""
        shutil.rmtree(self.home, ignore_errors=True)
        for file in (self.password_file, self.trust, self.log, self._record, self.lock):
            file.unlink(missing_ok=True)
        if self.directory.exists() and not any(self.directory.iterdir()):
            self.directory.rmdir()
