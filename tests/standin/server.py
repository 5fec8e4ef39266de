"""The stand-in's server: a JSON file, so that what was made outlives the plugin's process."""

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
    """The service refuses, in its own words."""


@dataclass
class Account:
    """What one account (an Entra tenant, an Auth0 domain) holds.

    Attributes:
        name: the tenant's GUID or the domain.
        given: what a test put there beforehand (groups, domains, …).
        objects: state of each object by resource type and ID.
    """

    name: str
    given: dict[str, Any] = field(default_factory=dict)
    objects: dict[str, dict[str, Properties]] = field(default_factory=dict)

    def of(self, token: str) -> list[Properties]:
        """All objects of a resource type, each with its `id`."""
        return list(self.objects.get(token, {}).values())

    def find(self, token: str, **properties: Any) -> Properties | None:
        """The first object of a type that has these properties."""
        return next(
            (
                found
                for found in self.of(token)
                if all(found.get(name) == value for name, value in properties.items())
            ),
            None,
        )


@dataclass(frozen=True)
class Server:
    """The file. Every access is locked: an engine starts one plugin process per provider."""

    file: Path

    @contextmanager
    def account(self, name: str) -> Iterator[Account]:
        """One account; changes are written when the block ends without an exception."""
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
