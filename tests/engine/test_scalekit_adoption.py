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
from tests.engine.scalekit import STACK, declaration, scalekit_scratch
from tests.engine.scalekit_by_hand import content, make_by_hand, recreate_by_hand
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
    server.resources["res_1"]["description"] = "flow-mcp:globex"
    refused = scratch.pulumi("preview", "--stack", STACK, check=False)
    assert "res_1 at" in refused.stdout
    assert "was created by the stack of flow-mcp:globex" in " ".join(refused.stdout.split())
    server.resources["res_1"]["description"] = before[0]["res_1"]["description"]
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

    unmanaged = json.loads(flow_mcp(scratch, "drift", STACK, "--json").stdout)["tenants"][0]["appeared"]
    assert [(item["name"], item["risk"]) for item in unmanaged] == [("m2m_10", "high"), ("m2m_15", "high")]

    # A kept property changes only after it was removed from the file, and nothing else changes with it.
    file = yaml.safe_load(scratch.project.stack_file(STACK).read_text("utf-8"))
    declared: dict[str, Any] = file["config"]["flow-mcp:tenant"]
    adopted = declared["adopted"]
    adopted["ScalekitResource/7/production"]["keep"].remove("owner")
    adopted["ScalekitClient/portal"]["keep"].remove("redirectUris")
    tenant.declare(declared)
    tenant.up()
    resources, clients = before
    resources["res_1"]["description"] = "flow-mcp:umbrella"
    clients["m2m_14"]["redirect_uris"] = ["https://portal.example/cb"]
    assert content(server) == (resources, clients)

    scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", STACK)
    assert content(server) == (resources, clients)


def test_an_mcp_server_recreated_by_hand_is_taken_over(scratch: ScratchProject, tmp_path: Path) -> None:
    with scalekit_scratch(scratch, tmp_path) as (configured, server):
        configured.declare(STACK, declaration(server))
        tenant = Tenant(STACK, configured)
        tenant.create()
        tenant.up()
        recreated = recreate_by_hand(server)
        updating = ("up", "--refresh", "--yes", "--skip-preview", "--stack", STACK)
        refused = configured.pulumi(*updating, check=False)
        assert "which this stack did not create" in " ".join(refused.stdout.split())

        written = flow_mcp(configured, "adopt", STACK, "--write", "--json")
        assert written.returncode == 0, written.stderr
        taken_over = {entry["resource"]: entry["id"] for entry in json.loads(written.stdout)["takenOver"]}
        assert taken_over == {
            "ScalekitClient/nightly-agent": f"{server.url}/res_2/m2m_20",
            "ScalekitResource/7/production": f"{server.url}/res_2",
        }
        configured.pulumi(*updating)
        assert tenant.changes() == {}
        assert server.resources["res_2"]["description"] == "flow-mcp:umbrella"
        assert tenant.outputs()["clientIds"]["nightly-agent"] == "m2m_20"
        assert set(tenant.outputs(secrets=True)["clientSecrets"]) == {"portal"}
        assert recreated.keys() < server.clients.keys()
