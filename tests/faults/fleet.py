"""Tenants of a real Keycloak at a state backend, whose runs are interrupted."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.backends.backend import Backend, BackendProject
from tests.faults import processes
from tests.live.command import flow_mcp

_DECLARATION = """\
config:
  flow-mcp:tenant:
    id: {name}
    workspaces:
      "1": {{environments: [test]}}
    authorizationServer:
      keycloak:
        url: {url}
        adminUrl: {admin_url}
        realm: {{name: {name}, create: true, deletable: true}}
    clients:
{clients}"""
_CLIENT = '      {name}: {{grant: client-credentials, access: ["*"]}}\n'
OWNER = "flowMcpOwner"
PASSED = frozenset({"updated", "nothing-to-apply", "unchanged"})
Objects = Mapping[str, Sequence[str]]


class Fleet:
    """Tenants with a realm each.

    Args:
        scratch: the project.
        backend: its state backend.
        keycloak: the server of all tenants.
        admin: Keycloak's admin API.
        names: the tenants.
        admin_urls: the addresses to which Pulumi sends requests, by tenant; default: Keycloak's own.
    """

    def __init__(
        self,
        scratch: BackendProject,
        backend: Backend,
        keycloak: LocalKeycloak,
        admin: httpx.Client,
        names: Sequence[str],
        admin_urls: Mapping[str, str] | None = None,
    ) -> None:
        self.scratch, self.backend, self.keycloak, self.admin = scratch, backend, keycloak, admin
        self.names, self._admin_urls = tuple(names), admin_urls or {}
        self._clients: dict[str, tuple[str, ...]] = {}

    def declare(self, name: str, *clients: str) -> None:
        """Declare a tenant with these clients."""
        self._clients[name] = clients
        listed = "".join(_CLIENT.format(name=client) for client in clients)
        text = _DECLARATION.format(
            name=name,
            url=self.keycloak.url,
            admin_url=self._admin_urls.get(name, self.keycloak.url),
            clients=listed,
        )
        self.scratch.declare(name, text)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run."""
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("flow-mcp")), *arguments, "--json"],
            cwd=self.scratch.project.directory,
            env=self.scratch.environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def results(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """Run a command, and return the results by tenant."""
        process = flow_mcp(self.scratch, *arguments, "--json")
        return self.parsed(process.stdout, process.stderr)

    def parsed(self, stdout: str, stderr: str) -> dict[str, dict[str, Any]]:
        """Return the results by tenant in the output of a run."""
        for secret in filter(None, (self.keycloak.admin_password, self.backend.password)):
            assert secret not in stdout + stderr
        assert "Traceback" not in stderr, stderr
        lines = stdout.splitlines()
        assert lines, stderr
        return {result["tenant"]: result for result in json.loads(lines[-1])["tenants"]}

    def require_converged(self) -> float:
        """Check that a run applies all declarations, and that Keycloak has exactly the declared objects.

        Returns:
            The duration of that run in seconds.
        """
        began = time.monotonic()
        results = self.results("up", "--all", "--yes")
        seconds = time.monotonic() - began
        assert {result["status"] for result in results.values()} <= PASSED, results
        assert self.backend.locks() == []
        for name in self.names:
            assert self.objects(name) == self._expected(name), name
            self._require_ids(name)
        again = self.results("up", "--all", "--yes")
        assert {result["status"] for result in again.values()} == {"unchanged"}, again
        return seconds

    def interrupted(self, name: str) -> list[str]:
        """Return the names of the resources with an interrupted operation in a tenant's state."""
        pending = self.scratch.state_of(name)["deployment"].get("pending_operations") or ()
        return [operation["resource"]["urn"].rpartition("::")[2] for operation in pending]

    def require_no_processes(self) -> None:
        """Check that no process of a run is left."""
        remaining = processes.running_in(self.scratch.directory)
        assert remaining == []

    def objects(self, name: str) -> Objects:
        """Return the names of a tenant's objects at Keycloak, sorted, with duplicates."""
        claims = [
            component["subType"]
            for component in self.admin.get(f"{name}/components").json()
            if str(component.get("subType")).startswith("flow-mcp-claim:")
        ]
        clients = [
            client["clientId"]
            for client in self.admin.get(f"{name}/clients").json()
            if OWNER in (client.get("attributes") or {})
        ]
        scopes = self.admin.get(f"{name}/client-scopes").json()
        own = [scope for scope in scopes if scope["name"].startswith("flow-mcp/")]
        mappers = [mapper["name"] for scope in own for mapper in scope["protocolMappers"]]
        roles = [role["name"] for role in self.admin.get(f"{name}/roles").json()]
        return {
            "claims": sorted(claims),
            "clients": sorted(clients),
            "scopes": sorted(scope["name"] for scope in own),
            "mappers": sorted(mappers),
            "roles": sorted(role for role in roles if role.startswith("flow-mcp:")),
        }

    def _expected(self, name: str) -> Objects:
        return {
            "claims": [f"flow-mcp-claim:flow-mcp:{name}"],
            "clients": sorted(f"flow-mcp-{name}-{client}" for client in self._clients[name]),
            "scopes": [f"flow-mcp/{name}/1/test"],
            "mappers": ["audience", "program", "subject"],
            "roles": [f"flow-mcp:{name}:1:test:programs"],
        }

    def _require_ids(self, name: str) -> None:
        """Check that the state has Keycloak's IDs of the clients, and no interrupted operation."""
        state = self.scratch.state_of(name)["deployment"]
        assert not state.get("pending_operations"), state["pending_operations"]
        ids = {resource["id"] for resource in state["resources"] if resource["type"].endswith(":Client")}
        clients = self.admin.get(f"{name}/clients").json()
        assert ids == {client["id"] for client in clients if OWNER in (client.get("attributes") or {})}
