"""The server of a stand-in plugin: a JSON file, so that objects outlive the plugin's process."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.standin.values import Properties


class ServiceError(Exception):
    """The service rejects a request; the text imitates the service's message."""


@dataclass
class Account:
    """The objects of one account, which is an Entra tenant or an Auth0 domain.

    Attributes:
        name: the tenant's GUID or the domain.
        given: objects that a test created in advance (groups, domains, …).
        objects: state of each object by resource type and ID.
    """

    name: str
    given: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, dict[str, Properties]] = field(default_factory=dict)

    def of(self, token: str) -> list[Properties]:
        """Return all objects of a resource type, each with its `id`."""
        return list(self.objects.get(token, {}).values())

    def find(self, token: str, **properties: Any) -> Properties | None:
        """Return the first object of a type with these properties; None if there is none."""
        return next(
            (
                candidate
                for candidate in self.of(token)
                if all(candidate.get(name) == value for name, value in properties.items())
            ),
            None,
        )


@dataclass(frozen=True)
class Server:
    """The file with all accounts. Access is locked, because the engine starts a process for each provider."""

    file: Path

    @contextmanager
    def account(self, name: str) -> Iterator[Account]:
        """Yield one account. Changes are written if the block ends without an exception."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a+", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            handle.seek(0)
            content = json.loads(handle.read() or "{}")
            stored = content.get(name, {})
            account = Account(name, stored.get("given", {}), stored.get("objects", {}))
            yield account
            content[name] = {"given": account.given, "objects": account.objects}
            handle.seek(0)
            handle.truncate()
            json.dump(content, handle, indent=1, sort_keys=True)
