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
from tests.standin.auth0_rules import API, CLIENT, CREDENTIALS, GRANT, PERMISSION, ROLE

AGAIN = "again.eu.auth0.com"
_EXPECTED = Path(__file__).parent / "auth0_adopted.json"
_BOOKKEEPING = {"flow-mcp-handmade", "handmade", "handmade-management"}
"""Resources of the first update that exist in the state only."""


@pytest.fixture
def auth0(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    project = stand_in("auth0")
    project.prepare(DOMAIN, existing=EXISTING, tenant={})
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
    # What exists violates one rule: everyone can register clients for production.
    errors = [line for line in (checked.stdout + checked.stderr).splitlines() if " error: " in line]
    assert [line.partition("(")[2].partition(")")[0] for line in errors] == ["FLOWMCP-014"]

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


def test_what_was_recreated_by_hand_is_taken_over(auth0: StandInProject) -> None:
    tenant = Tenant("again", auth0.scratch)
    tenant.declare(
        {
            "id": "again",
            "workspaces": {"1": {"environments": ["test"]}},
            "authorizationServer": {"auth0": {"domain": AGAIN, "roles": {"create": True}}},
            "clients": {
                "agent": {"grant": "client-credentials", "access": ["1/test"]},
                "desktop": {
                    "grant": "authorization-code",
                    "redirectUris": ["http://127.0.0.1:6274/oauth/callback"],
                    "access": ["1/test"],
                    "people": {"groups": ["planners"]},
                },
            },
        }
    )
    tenant.create()
    tenant.up()
    desktop = recreate(auth0)
    refused = auth0.scratch.pulumi("up", "--refresh", "--yes", "--stack", "again", check=False)
    message = " ".join(refused.stdout.split())
    assert refused.returncode != 0
    assert f"exists in the Auth0 tenant {AGAIN} already, and is not in the state of this stack" in message
    assert "Take it over with `flow-mcp adopt`" in message
    assert "409" not in message
    assert "Traceback" not in message

    written = flow_mcp(auth0.scratch, "adopt", "again", "--write", "--json")
    assert written.returncode == 0, written.stderr
    assert "new-secret" not in written.stdout
    assert {
        entry["resource"]: (entry["id"], [difference["property"] for difference in entry["differences"]])
        for entry in json.loads(written.stdout)["takenOver"]
    } == {
        "Client/agent": ("agent-again", ["clientMetadata", "crossOriginAuth", "description"]),
        "ClientCredentials/agent-credentials": ("agent-again", ["authenticationMethod"]),
        "ClientGrant/agent/1/test": ("cgr_agent", []),
        "ClientGrant/desktop/1/test": ("cgr_desktop", ["organizationUsage", "scopes"]),
        "Role/planners": ("rol_again", ["description"]),
    }
    auth0.scratch.pulumi("up", "--refresh", "--yes", "--skip-preview", "--stack", "again")
    assert tenant.changes() == {}
    outputs = tenant.outputs(secrets=True)
    assert outputs["clientIds"] == {"agent": "agent-again", "desktop": desktop}
    assert outputs["clientSecrets"] == {"agent": "new-secret"}
    with auth0.server.account(AGAIN) as account:
        grants = {state["id"]: state["scopes"] for state in account.of(GRANT)}
    assert grants == {"cgr_desktop": ["mcp:access"]}


def recreate(auth0: StandInProject) -> str:
    """Delete a program, a client grant and a role, and make them again by hand. Return the desktop's ID."""
    with auth0.server.account(AGAIN) as account:
        by_name = {client["name"]: client["id"] for client in account.of(CLIENT)}
        agent, desktop = (str(by_name[f"flow-mcp-again-{name}"]) for name in ("agent", "desktop"))
        [api] = account.of(API)
        for token in (CLIENT, CREDENTIALS):
            del account.objects[token][agent]
        for token in (GRANT, ROLE, PERMISSION):
            account.objects[token].clear()
        shared = {"audience": api["identifier"], "scope": ["mcp:access"]}
        account.given["existing"] = {
            "clients": [
                {
                    "client_id": "agent-again",
                    "client_secret": "new-secret",
                    "name": "flow-mcp-again-agent",
                    "app_type": "non_interactive",
                    "grant_types": ["client_credentials"],
                    "is_first_party": True,
                    "oidc_conformant": True,
                    "cross_origin_auth": True,
                    "jwt_configuration": {"alg": "RS256"},
                }
            ],
            "client-grants": [
                {**shared, "id": "cgr_agent", "client_id": "agent-again", "subject_type": "client"},
                {
                    "id": "cgr_desktop",
                    "client_id": desktop,
                    **shared,
                    "scope": [],
                    "subject_type": "user",
                    "organization_usage": "deny",
                },
            ],
            "roles": [{"id": "rol_again", "name": "planners"}],
        }
    return desktop
