"""A tenant on a real Keycloak, created with a real `pulumi up`."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import httpx
import yaml

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.token_client import fetch_program_token
from flow_mcp.settings import Client, SettingsDocument, TokenRequest
from tests.live.person import sign_in


@dataclass(frozen=True)
class Tenant:
    """A stack of a scratch project; `name` is the name of stack, tenant and realm."""

    name: str
    scratch: ScratchProject
    _outputs: dict[tuple[bytes, bool], dict[str, Any]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def declare(self, declaration: dict[str, Any]) -> None:
        """Write the tenant's file."""
        self.scratch.declare(self.name, yaml.safe_dump({"config": {"flow-mcp:tenant": declaration}}))

    def create(self) -> None:
        """Create the empty stack."""
        self.scratch.pulumi("stack", "init", self.name)

    def up(self) -> str:
        """Run `pulumi up` and return its output."""
        return self.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", self.name).stdout

    def changes(self) -> dict[str, set[str]]:
        """Return the changes of a preview: operation → names of resources, without unchanged ones."""
        printed = self.scratch.pulumi("preview", "--json", "--stack", self.name).stdout
        names_by_operation: dict[str, set[str]] = {}
        for step in json.loads(printed[printed.index("{") :])["steps"]:
            if step["op"] != "same":
                names_by_operation.setdefault(step["op"], set()).add(step["urn"].rpartition("::")[2])
        return names_by_operation

    def outputs(self, *, secrets: bool = False) -> dict[str, Any]:
        """Return the stack's outputs; Pulumi is asked once for each state of the stack."""
        checkpoint = self.scratch.state / ".pulumi" / "stacks" / "flow-mcp" / f"{self.name}.json"
        key = checkpoint.read_bytes(), secrets
        if key not in self._outputs:
            self._outputs[key] = self.scratch.outputs(self.name, secrets=secrets)
        return deepcopy(self._outputs[key])

    @property
    def document(self) -> SettingsDocument:
        return SettingsDocument.from_json(self.outputs()["settings"])

    def program_token(self, http: httpx.Client, client: Client, request: TokenRequest) -> str:
        secret = self.outputs(secrets=True)["clientSecrets"][client.name]
        return fetch_program_token(http, client, request, secret)

    def person_token(
        self,
        http: httpx.Client,
        client: Client,
        request: TokenRequest,
        person: tuple[str, str],
        redirect: str,
    ) -> str:
        secret = self.outputs(secrets=True)["clientSecrets"].get(client.name)
        return sign_in(http, request, person, redirect, secret)
