"""A tenant's file in which tests record rotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.rotate.decide import Request, Step, decide
from flow_mcp.operations.rotate.record import record
from tests.live.key_pair import KeyPair
from tests.unit.declared import SERVER, Stacks, tenant

OVERLAP = "rotateAfter: 90d, overlap: 7d"
AUTH0 = "auth0: {domain: acme.eu.auth0.com, tokens: {access: 1h}}\n"
CERTIFICATES = (KeyPair.make("old").certificate, KeyPair.make("new").certificate)


def agent(secret: str) -> str:
    """Return a program with a secret."""
    return f"agent:\n  grant: client-credentials\n  access: ['*']\n  secret: {secret}\n"


def signer(certificate: str) -> str:
    """Return a program with a certificate."""
    lines = "".join(f"      {line}\n" for line in certificate.splitlines())
    head = "signer:\n  grant: client-credentials\n  access: ['*']\n  privateKeyJwt:\n    certificate: |\n"
    return head + lines


@dataclass
class Rotations:
    """Records rotations of clients on 2026-11-30, or on another day.

    Attributes:
        stacks: the project.
        written: the file before the last rotation.
        steps: the steps of the last rotation.
    """

    stacks: Stacks
    written: str = ""
    steps: Sequence[Step] = field(default=())

    def __call__(self, clients: str, *, server: str = SERVER, **request: Any) -> list[str]:
        """Write a file with these clients, and record a rotation. Return each client with the action."""
        self.stacks.write(tenant(clients, server=server))
        return self.again(**request)

    def again(self, *, as_of: str = "2026-11-30", **request: Any) -> list[str]:
        """Record a rotation in the present file."""
        self.written = self.text
        loaded = self.stacks.load(self.text)
        asked = Request(request.pop("client", None), date.fromisoformat(as_of), **request)
        self.steps = decide(loaded.declaration, asked)
        file = self.stacks.project.stack_file("acme")
        changed = record(self.stacks.project, loaded, file, self.steps)
        assert changed == (self.text != self.written)
        return [f"{step.client} {step.action}" for step in self.steps]

    def declaration(self) -> Declaration:
        return self.stacks.load(self.text).declaration

    @property
    def text(self) -> str:
        return self.stacks.project.stack_file("acme").read_text(encoding="utf-8")
