"""`flow-mcp adopt` for a Scalekit environment made by hand, on the real engine with the stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.adopt.document import adopt_schema
from tests.engine.scalekit import STACK, scalekit_scratch
from tests.engine.scalekit_by_hand import content, make_by_hand
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant
from tests.standin.scalekit_server import APPLIER, ScalekitServer

_EXPECTED = Path(__file__).parent / "scalekit_adopted.json"
_IN_STATE_ONLY = {"flow-mcp-umbrella", "metadata", STACK}

Environment = tuple[ScratchProject, ScalekitServer]


@pytest.fixture
def environment(scratch: ScratchProject, tmp_path: Path) -> Iterator[Environment]:
    with scalekit_scratch(scratch, tmp_path) as (configured, server):
        make_by_hand(server)
        yield configured, server


def test_an_environment_made_by_hand_is_adopted_without_a_change(environment: Environment) -> None:
    scratch, server = environment
    before = content(server)
    authority = f"{server.url}/resources/res_1"

    proposed = flow_mcp(scratch, "adopt", STACK, "--authority", authority, "--write", "--json")
    assert proposed.returncode == 0, proposed.stderr
    document = json.loads(proposed.stdout.replace(server.url, "https://umbrella.example"))
    Draft202012Validator(adopt_schema()).validate(document)
    assert document == json.loads(_EXPECTED.read_text(encoding="utf-8"))
    assert {request.method for request in server.requests} == {"GET", "POST"}
    assert {request.path for request in server.requests if request.method == "POST"} == {"/oauth/token"}
    assert not any(secret in proposed.stdout for secret in (*server.client_secrets.values(), APPLIER[1]))

    assert flow_mcp(scratch, "check", STACK).returncode == 0
    tenant = Tenant(STACK, scratch)
    tenant.create()
    taken_over = {entry["resource"].partition("/")[2] for entry in document["takenOver"]}
    assert tenant.changes() == {"create": _IN_STATE_ONLY, "import": taken_over}
    tenant.up()
    assert content(server) == before
    assert tenant.changes() == {}
    scratch.pulumi("refresh", "--yes", "--expect-no-changes", "--stack", STACK)
    outputs = tenant.outputs(secrets=True)
    assert outputs["authority"] == authority
    assert outputs["clientSecrets"] == {}
    assert outputs["clientIds"] == {client["name"]: client["clientId"] for client in document["clients"]}

    # A kept property changes only after it was removed from the file, and nothing else changes with it.
    file = yaml.safe_load(scratch.project.stack_file(STACK).read_text("utf-8"))
    declaration: dict[str, Any] = file["config"]["flow-mcp:tenant"]
    adopted = declaration["adopted"]
    adopted["ScalekitResource/7/production"]["keep"].remove("owner")
    adopted["ScalekitClient/portal"]["keep"].remove("redirectUris")
    tenant.declare(declaration)
    tenant.up()
    resources, clients = before
    resources["res_1"]["description"] = "flow-mcp:umbrella"
    clients["m2m_14"]["redirect_uris"] = ["https://portal.example/cb"]
    assert content(server) == (resources, clients)

    scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", STACK)
    assert content(server) == (resources, clients)
