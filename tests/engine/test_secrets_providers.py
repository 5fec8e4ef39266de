"""Stacks whose secrets a cloud key encrypts, on the real engine with stand-ins for the key services."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.engine.project import Project
from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.engine.external import declaration
from tests.live.authority import Authority
from tests.live.command import flow_mcp
from tests.standin.key_services import KEY, KEY_ARN, TOKEN, KeyServices
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.web import serving

PROVIDERS = {"on-kms": f"awskms://alias/{KEY}", "on-vault": f"hashivault://{KEY}"}


class KeyProject(ScratchProject):
    """A scratch project without a passphrase."""

    def environment(self) -> dict[str, str]:
        kept = super().environment()
        del kept["PULUMI_CONFIG_PASSPHRASE_FILE"]
        return kept


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[RegistrationServer, KeyServices, Authority]]:
    authority = Authority(tmp_path)
    with serving(authority, RegistrationServer) as registration, serving(authority, KeyServices) as keys:
        yield registration, keys, authority


def results(scratch: ScratchProject, *arguments: str) -> Mapping[str, Mapping[str, Any]]:
    """Run a command, and return the results by tenant."""
    process = flow_mcp(scratch, *arguments, "--as-of", "2026-11-25", "--json")
    assert "Traceback" not in process.stderr
    assert TOKEN not in process.stdout + process.stderr
    lines = process.stdout.splitlines()
    assert lines, process.stderr
    return {result["tenant"]: result for result in json.loads(lines[-1])["tenants"]}


def test_a_key_encrypts_the_secrets_of_a_stack_and_without_the_key_an_update_fails_clearly(
    servers: tuple[RegistrationServer, KeyServices, Authority], tmp_path: Path
) -> None:
    registration, keys, authority = servers
    credentials = {
        "FLOW_MCP_INITIAL_ACCESS_TOKEN": INITIAL_ACCESS_TOKEN,
        "SSL_CERT_FILE": str(authority.certificate),
        "AWS_CA_BUNDLE": str(authority.certificate),
        **keys.environment(),
    }
    scratch = KeyProject.prepare(Project(REPOSITORY), tmp_path / "trial", credentials)
    for stack, provider in PROVIDERS.items():
        own = declaration(registration).replace("id: stark", f"id: {stack}")
        scratch.declare(stack, f"{own}secretsprovider: {provider}\n")

    updated = results(scratch, "up", "--all", "--yes")

    assert {stack: result["status"] for stack, result in updated.items()} == dict.fromkeys(
        PROVIDERS, "updated"
    ), updated
    states = "".join(file.read_text("utf-8") for file in scratch.state.rglob("*.json*"))
    for stack in PROVIDERS:
        outputs = scratch.outputs(stack, secrets=True)
        secret = registration.clients[outputs["clientIds"]["nightly-agent"]]["client_secret"]
        assert outputs["clientSecrets"] == {"nightly-agent": secret}
        assert secret not in states
        file = scratch.project.stack_file(stack).read_text("utf-8")
        assert ("encryptedkey: " in file, "encryptionsalt: " in file) == (True, False)
    assert {result["status"] for result in results(scratch, "up", "--all", "--yes").values()} == {"unchanged"}

    keys.keys.clear()
    failed = results(scratch, "up", "--all", "--yes", "--force")
    causes = {
        "on-kms": "operation error KMS: Decrypt, https response error StatusCode: 400, RequestID: , "
        f"NotFoundException: Key '{KEY_ARN}' does not exist",
        "on-vault": f"Error making API request. URL: PUT {keys.url}/v1/transit/decrypt/{KEY} Code: 400. "
        "Errors: * encryption key not found",
    }
    remedy = (
        "Check that the key that `secretsprovider` in the stack's file names exists, and that the "
        "credentials of this run permit decryption with it"
    )
    assert {stack: (result["status"], result["message"]) for stack, result in failed.items()} == {
        stack: ("failed", f"the key of the stack {stack} cannot be used: {cause}. {remedy}")
        for stack, cause in causes.items()
    }
