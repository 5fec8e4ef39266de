"""An encrypted value inside the tenant, which Pulumi would hand to the program in plain text."""

from __future__ import annotations

from flow_mcp.local.scratch_project import ScratchProject
from tests.unit.declared import tenant

VALUE = "hunter2-s3cr3t"


def test_the_program_refuses_an_encrypted_value_inside_the_tenant(scratch: ScratchProject) -> None:
    scratch.pulumi("stack", "init", "acme")
    scratch.declare("acme", tenant("a: {grant: client-credentials, access: ['*']}\n"))
    path = "flow-mcp:tenant.clients.a.clientId"
    scratch.pulumi("config", "set", "--stack", "acme", "--path", path, VALUE, "--secret")

    ended = scratch.pulumi("preview", "--stack", "acme", check=False)
    assert ended.returncode != 0
    assert (
        "flow-mcp:tenant holds an encrypted value, which would reach the state in plain text. Remove it; "
        "credentials come from the environment or from a secret of their own."
    ) in " ".join(ended.stdout.split())
    assert VALUE not in ended.stdout
    assert "Traceback" not in ended.stdout
