"""Drift and verification of a tenant with two authorization servers during a move."""

from __future__ import annotations

from contextlib import closing
from typing import cast

import pytest

from flow_mcp.authorization_servers.documents import settings_document
from flow_mcp.authorization_servers.keycloak import Keycloak
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.operations.verify.target import Target
from flow_mcp.operations.verify.web import Web

_URL = "https://id.acme.example"
MOVING = from_configuration(
    {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {"keycloak": {"url": _URL, "realm": {"name": "acme", "create": True}}},
        "movingTo": {
            "authorizationServer": {
                "keycloak": {"url": _URL, "realm": {"name": "next", "create": True}, "stateLabel": "next"}
            }
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
    },
    {"server": "https://flow.example"},
    source="test",
).declaration


def client(component: str) -> Resource:
    types = (
        f"flow-mcp:index:McpServerSettings$flow-mcp:{component}:AuthorizationServer$keycloak:openid/client"
    )
    return Resource(f"urn:pulumi:acme::flow-mcp::{types}:Client::agent", "same", {}, {}, ())


def test_drift_is_compared_with_each_server_separately() -> None:
    present, following = client("keycloak"), client("keycloak/next")
    compared = Refreshed(MOVING, (present, following)).at_servers
    assert [(side.declaration.origin.key, side.resources) for side in compared] == [
        (None, (present,)),
        ("movingTo", (following,)),
    ]


@pytest.mark.parametrize(("index", "realm"), [(0, "acme"), (1, "next")])
def test_each_server_is_verified_with_its_own_declaration(index: int, realm: str) -> None:
    settings = settings_document(MOVING, [{}, {}])
    with closing(Web()) as web:
        target = Target(settings, settings.authorization_servers[index], web, MOVING, dict)
        assert cast("Keycloak", target.declared.server).realm.name == realm
