"""The stand-in for Auth0 imports objects that were made by hand, and compares them as the plugin does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental.provider import DiffRequest, ReadRequest

from tests.engine.auth0_by_hand import DOMAIN, EXISTING, PRODUCTION
from tests.standin import auth0_existing  # noqa: F401 registers the imports
from tests.standin.auth0_rules import API, CLIENT, CREDENTIALS, GRANT, PERMISSION, RULES, SCOPES
from tests.standin.provider import StandIn
from tests.standin.sdk import Sdk
from tests.standin.server import Server
from tests.standin.values import Properties, plain, wire

AGENT = "m2m0000000000000000000000000000D"
DECLARED = {
    "name": "Nightly agent",
    "appType": "non_interactive",
    "isFirstParty": True,
    "oidcConformant": True,
    "grantTypes": ["client_credentials"],
    "callbacks": [],
    "webOrigins": [],
    "allowedOrigins": [],
    "jwtConfiguration": {"alg": "RS256"},
}


@pytest.fixture
def auth0(tmp_path: Path) -> StandIn:
    server = Server(tmp_path / "auth0.json")
    with server.account(DOMAIN) as account:
        account.given["existing"] = EXISTING
    stand_in = StandIn(Sdk.of("auth0"), RULES, server, {})
    stand_in._account = DOMAIN
    return stand_in


def urn(token: str) -> str:
    return f"urn:pulumi:s::p::{token}::name"


def imported(auth0: StandIn, token: str, identity: str) -> tuple[Properties, Properties]:
    """Return the state and the inputs of an imported object."""
    read = asyncio.run(auth0.read(ReadRequest(urn(token), identity, {}, {})))
    return plain(read.properties or {}), plain(read.inputs or {})


def changes(auth0: StandIn, **inputs: Any) -> list[str]:
    """Return the properties that an update of the agent would change."""
    state, _ = imported(auth0, CLIENT, AGENT)
    request = DiffRequest(urn(CLIENT), AGENT, wire(state), wire({**DECLARED, **inputs}), [])
    return sorted(asyncio.run(auth0.diff(request)).diffs or ())


def test_a_client_with_the_values_of_auth0_has_no_changes(auth0: StandIn) -> None:
    assert changes(auth0) == []


def test_each_other_value_is_a_change(auth0: StandIn) -> None:
    assert changes(auth0, description="new") == ["description"]
    assert changes(auth0, jwtConfiguration={"alg": "HS256"}) == ["jwtConfiguration"]


@pytest.mark.parametrize(
    ("token", "identity", "inputs"),
    [
        (CREDENTIALS, AGENT, {"clientId": AGENT, "authenticationMethod": "client_secret_post"}),
        (
            GRANT,
            "cgr_0000000000000002",
            {"clientId": "spa0000000000000000000000000000B", "allowAllScopes": True, "subjectType": "user"},
        ),
        (API, "5ff0000000000000000000a1", {"identifier": PRODUCTION, "enforcePolicies": True}),
        (SCOPES, PRODUCTION, {"resourceServerIdentifier": PRODUCTION}),
        (
            PERMISSION,
            f"rol_planners00000000::{PRODUCTION}::mcp:access",
            {"roleId": "rol_planners00000000", "permission": "mcp:access"},
        ),
    ],
)
def test_an_object_made_by_hand_is_read_by_its_import_id(
    auth0: StandIn, token: str, identity: str, inputs: Properties
) -> None:
    assert inputs.items() <= imported(auth0, token, identity)[1].items()
    assert imported(auth0, token, "other::other::other") == ({}, {})
