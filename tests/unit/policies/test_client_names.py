"""FLOWMCP-035: client IDs begin with the tenant's prefix."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import KEYCLOAK
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.client_names import ClientNames
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = ClientNames()
REFUSED = [
    Violation(
        ("clients", "agent", "clientId"),
        "does not begin with the tenant's prefix, so its owner is hard to find",
    )
]


def declared(client_id: str | None, **configured: Any) -> Findings:
    chosen = {"clientId": client_id} if client_id else {}
    agent = {"grant": "client-credentials", "access": ["456/test"], **chosen}
    return of_declaration(RULE, KEYCLOAK, context=context(RULE, **configured), clients={"agent": agent})


@pytest.mark.parametrize("client_id", [None, "flow-mcp-acme-agent", "flow-mcp-acme-x"])
def test_client_ids_with_the_tenants_prefix_are_accepted(client_id: str | None) -> None:
    assert declared(client_id) == []


@pytest.mark.parametrize(
    "client_id", ["agent", "flow-mcp-globex-agent", "FLOW-MCP-ACME-agent", "flow-mcp-acme"]
)
def test_client_ids_without_the_tenants_prefix_are_reported(client_id: str) -> None:
    assert declared(client_id) == REFUSED


def test_the_prefix_is_configurable() -> None:
    assert declared("svc.acme.agent", prefix="svc.{tenant}.") == []
    assert declared("flow-mcp-acme-agent", prefix="svc.{tenant}.") == REFUSED
    assert declared("anything", prefix="") == []
