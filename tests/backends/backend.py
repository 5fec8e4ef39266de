"""A project at a state backend, and what tests do with any backend."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flow_mcp.engine.project import Project
from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY

_LOCKS = ".pulumi/locks/organization/flow-mcp"


class Backend(ABC):
    """A state backend of Pulumi; a context manager that runs its server.

    Attributes:
        password: the password of its users; empty if it has none.
    """

    password = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> None:
        """Start the server and wait until it answers; a stopped one keeps its content."""

    @abstractmethod
    def stop(self) -> None:
        """Kill the server."""

    @property
    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The environment variables with which `pulumi` uses the backend."""

    @abstractmethod
    def dump(self, directory: Path) -> None:
        """Save everything in the backend to an empty directory, as its page in docs/backends says."""

    @abstractmethod
    def restore(self, directory: Path) -> None:
        """Replace everything in the backend by a saved content."""

    @abstractmethod
    def put(self, key: str, content: bytes) -> None:
        """Write an object, such as a lock of Pulumi."""

    @abstractmethod
    def keys(self) -> list[str]:
        """Return the keys of all objects, sorted."""

    def lock(self, stack: str, host: str, pid: int) -> None:
        """Lock a stack as Pulumi does for a process."""
        held = {"pid": pid, "username": "jane", "hostname": host, "timestamp": "2026-11-30T10:00:00Z"}
        self.put(f"{_LOCKS}/{stack}/1.json", json.dumps(held).encode())

    def locks(self) -> list[str]:
        """Return the keys of all locks."""
        return [key for key in self.keys() if key.startswith(".pulumi/locks/")]


@dataclass(frozen=True)
class BackendProject(ScratchProject):
    """A scratch project at a backend of its own.

    Attributes:
        backend: environment variables that replace those of the scratch project's backend and passphrase.
    """

    backend: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, backend: Backend, directory: Path, credentials: Mapping[str, str]) -> BackendProject:
        """Create a project at a backend. Killed runs leave their temporary files in its directory."""
        scratch = cls.prepare(Project(REPOSITORY), directory, credentials)
        temporary = directory / "tmp"
        temporary.mkdir(exist_ok=True)
        environment = {**backend.environment, "TMPDIR": str(temporary)}
        return cls(scratch.directory, scratch.toolchain, scratch.credentials, environment)

    def environment(self) -> dict[str, str]:
        return {**super().environment(), **self.backend}

    def state_of(self, stack: str) -> Any:
        """Return the state of a stack, as `pulumi stack export` prints it."""
        printed = self.pulumi("stack", "export", "--stack", stack).stdout
        return json.loads(printed[printed.index("{") :])
