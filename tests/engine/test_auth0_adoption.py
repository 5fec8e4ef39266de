"""`flow-mcp adopt` for Auth0, on the real engine with the stand-in plugin. Auth0 itself takes no part."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flow_mcp.operations.adopt.document import adopt_schema
from tests.engine.auth0_by_hand import DOMAIN, EXISTING
from tests.engine.conftest import StandInProject
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant

_EXPECTED = Path(__file__).parent / "auth0_adopted.json"
_BOOKKEEPING = {"flow-mcp-handmade", "handmade", "handmade-management", "metadata"}
"""Resources of the first update that exist in the state only."""


@pytest.fixture
def auth0(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    project = stand_in("auth0")
    project.prepare(DOMAIN, existing=EXISTING)
    return project


def contents(auth0: StandInProject) -> dict[str, Any]:
    """Return all that the Auth0 tenant has."""
    content: dict[str, Any] = json.loads(auth0.server.file.read_text(encoding="utf-8"))[DOMAIN]
    return {**content, "objects": {token: by_id for token, by_id in content["objects"].items() if by_id}}


def test_a_tenant_made_by_hand_is_adopted_without_a_change(auth0: StandInProject) -> None:
    before = contents(auth0)
    source = ("adopt", "handmade", "--authority", f"https://{DOMAIN}/")
    written = flow_mcp(auth0.scratch, *source, "--write", "--json")
    assert written.returncode == 0, written.stderr
    assert "-secret" not in written.stdout + written.stderr
    document = json.loads(written.stdout)
    Draft202012Validator(adopt_schema()).validate(document)
    assert document == json.loads(_EXPECTED.read_text(encoding="utf-8"))
    checked = flow_mcp(auth0.scratch, "check", "handmade")
    assert checked.returncode == 0, checked.stdout

    tenant = Tenant("handmade", auth0.scratch)
    tenant.create()
    assert tenant.changes() == {
        "create": _BOOKKEEPING,
        "import": {entry["resource"].partition("/")[2] for entry in document["takenOver"]},
    }
    tenant.up()
    assert tenant.changes() == {}
    outputs = tenant.outputs(secrets=True)
    clients = {client["name"]: client["clientId"] for client in document["clients"]}
    assert outputs["clientIds"] == clients
    assert outputs["clientSecrets"] == {
        name: f"{clients[name]}-secret" for name in ("nightly-agent", "planner-portal", "reports")
    }
    assert contents(auth0) == before

    auth0.scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "handmade")
    assert contents(auth0) == before
