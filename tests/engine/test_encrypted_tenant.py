"""The program rejects an encrypted value inside the tenant, which Pulumi would pass to it in plain text."""

from __future__ import annotations

from flow_mcp.local.scratch_project import ScratchProject
from tests.unit.declared import tenant

VALUE = "hunter2-s3cr3t"


def test_program_rejects_an_encrypted_value_inside_the_tenant(scratch: ScratchProject) -> None:
    scratch.pulumi("stack", "init", "acme")
    scratch.declare("acme", tenant("a: {grant: client-credentials, access: ['*']}\n"))
    path = "flow-mcp:tenant.clients.a.clientId"
    scratch.pulumi("config", "set", "--stack", "acme", "--path", path, VALUE, "--secret")

    ended = scratch.pulumi("preview", "--stack", "acme", check=False)
    assert ended.returncode != 0
    assert (
        "flow-mcp:tenant contains an encrypted value, which would be written to the state in plain text. "
        "Remove it, and pass credentials in the environment or in a separate secret."
    ) in " ".join(ended.stdout.split())
    assert VALUE not in ended.stdout
    assert "Traceback" not in ended.stdout
