"""Fixtures for tests of the real engine with stand-in plugins. Entra and Auth0 take no part in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from tests.live.authority import Authority
from tests.standin.auth0_management import auth0_management
from tests.standin.fork_server import install
from tests.standin.plugin import variable
from tests.standin.server import Server

CREDENTIALS = {
    "azuread": {"ARM_CLIENT_ID": "applier", "ARM_CLIENT_SECRET": "applier-secret"},
    "auth0": {"AUTH0_CLIENT_ID": "applier", "AUTH0_CLIENT_SECRET": "applier-secret"},
}


@dataclass(frozen=True)
class StandInProject:
    """A scratch project whose engine finds a stand-in plugin.

    Attributes:
        scratch: the project; run `scratch.pulumi(…)` and `scratch.outputs(…)`.
        server: the stand-in's server; read objects with `with server.account(name) as account: …`.
    """

    scratch: ScratchProject
    server: Server

    def prepare(self, account: str, **objects: Any) -> None:
        """Create objects in an account in advance: `prepare(tenant_id, groups={…}, domains=[…])`."""
        with self.server.account(account) as stored:
            stored.given.update(objects)


@pytest.fixture
def stand_in(scratch: ScratchProject, tmp_path: Path) -> Iterator[Callable[[str], StandInProject]]:
    """Return a function that installs the stand-in of a package (`azuread`, `auth0`) in a scratch project."""
    with ExitStack() as servers:

        def install_stand_in(package: str) -> StandInProject:
            file = tmp_path / f"{package}.json"
            install(package, scratch)
            credentials = {**scratch.credentials, **CREDENTIALS[package], variable(package): str(file)}
            if package == "auth0":
                authority = Authority(tmp_path)
                credentials |= servers.enter_context(auth0_management(authority, Server(file)))
            return StandInProject(replace(scratch, credentials=credentials), Server(file))

        yield install_stand_in
