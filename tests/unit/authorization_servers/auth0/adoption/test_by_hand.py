"""The whole proposal for an Auth0 tenant that was made by hand, without Pulumi's engine."""

from __future__ import annotations

import json
from pathlib import Path

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.auth0.adoption.reader import Auth0Reader
from flow_mcp.operations.adopt.document import json_text, proposal_document
from flow_mcp.operations.adopt.proposal import propose
from tests.engine.auth0_by_hand import DOMAIN, EXISTING
from tests.recorded import resources
from tests.unit.authorization_servers.auth0.adoption.tenant import FLOW, TenantInMemory

_EXPECTED = Path(__file__).parents[4] / "engine" / "auth0_adopted.json"


def test_the_proposal_is_the_one_that_the_engine_applies_without_a_change() -> None:
    lists = {f"/api/v2/{kind}": listed for kind, listed in EXISTING.items()}
    permissions = {
        f"/api/v2/roles/{role['id']}/permissions": role["permissions"] for role in EXISTING["roles"]
    }
    reader = Auth0Reader(lambda _: TenantInMemory({**lists, **permissions}))  # type: ignore[arg-type,return-value]
    request = AdoptionRequest("handmade", FLOW, {"domain": DOMAIN})
    proposal = propose("handmade", "auth0", reader, request, {"server": FLOW}, lambda _: None)
    document = proposal_document(proposal, "stacks/Pulumi.handmade.yaml", written=True)
    expected = json.loads(_EXPECTED.read_text(encoding="utf-8"))
    assert json.loads(json_text(document)) == expected

    # Every kept property is one that the recorded plugin has.
    known = {
        (resource["type"].rpartition(":")[2], name)
        for resource in resources("initech.auth0-3.55.1")
        for name in resource.get("outputs") or {}
    }
    kept = {
        (entry["resource"].partition("/")[0], difference["property"])
        for entry in expected["takenOver"]
        for difference in entry["differences"]
    }
    assert kept <= known
