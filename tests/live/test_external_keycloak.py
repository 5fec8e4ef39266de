"""Tests of a real Keycloak as an external server, with registration by RFC 7591 and 7592."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Reason, Validator
from tests.live.person import sign_in
from tests.live.tenant import Tenant

REALM = "wayne"
RESOURCE = "https://app.profitbase.biz/flow/mcp/tenants/wayne/workspaces/5/environments/production"
REDIRECT = "http://127.0.0.1:9/callback"
PERSON = ("bruce", "test-password-of-bruce")
UNCHANGED = ("--yes", "--skip-preview", "--expect-no-changes", "--stack", REALM)


def realm() -> dict[str, Any]:
    """A realm with one person."""
    user = {
        "username": PERSON[0],
        "firstName": "Bruce",
        "lastName": "W",
        "email": "bruce@wayne.example",
        "enabled": True,
        "credentials": [{"type": "password", "value": PERSON[1]}],
    }
    return {"realm": REALM, "enabled": True, "users": [user]}


def scope() -> dict[str, Any]:
    """The scope that an administrator has created; it adds the audience to tokens."""
    audience = {
        "name": "audience",
        "protocol": "openid-connect",
        "protocolMapper": "oidc-audience-mapper",
        "config": {"included.custom.audience": RESOURCE, "access.token.claim": "true"},
    }
    return {
        "name": "flow.production",
        "protocol": "openid-connect",
        "attributes": {"include.in.token.scope": "true"},
        "protocolMappers": [audience],
    }


def declaration(keycloak: LocalKeycloak, redirect: str = REDIRECT) -> dict[str, Any]:
    return {
        "id": REALM,
        "workspaces": {"5": {"environments": ["production"]}},
        "authorizationServer": {
            "external": {
                "authority": f"{keycloak.url}/realms/{REALM}",
                "resources": {"5/production": {"scopes": ["flow.production"]}},
                "tokens": {
                    "types": ["JWT"],
                    "clientClaim": "azp",
                    "conditions": [{"claim": "typ", "must": "one-of", "values": ["Bearer"]}],
                    "person": [{"claim": "sid", "must": "present"}],
                },
                "clientRegistration": {},
            }
        },
        "clients": {
            "nightly-agent": {"grant": "client-credentials", "access": ["*"]},
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": [redirect],
                "access": ["*"],
                "people": "everyone",
            },
        },
    }


@pytest.fixture
def tenant(keycloak: LocalKeycloak, admin: httpx.Client, scratch: ScratchProject) -> Iterator[Tenant]:
    admin.post("", json=realm())
    admin.post(f"{REALM}/client-scopes", json=scope())
    scopes = admin.get(f"{REALM}/client-scopes").json()
    (created,) = (item for item in scopes if item["name"] == "flow.production")
    admin.put(f"{REALM}/default-optional-client-scopes/{created['id']}")
    initial = admin.post(f"{REALM}/clients-initial-access", json={"count": 9, "expiration": 3600}).json()
    tenant = Tenant(REALM, replace(scratch, credentials={"FLOW_MCP_INITIAL_ACCESS_TOKEN": initial["token"]}))
    tenant.declare(declaration(keycloak))
    tenant.create()
    yield tenant
    admin.delete(REALM)


def registered(admin: httpx.Client) -> dict[str, dict[str, Any]]:
    clients = admin.get(f"{REALM}/clients").json()
    return {client["clientId"]: client for client in clients if client["name"].startswith("flow-mcp-")}


def registration_tokens(tenant: Tenant) -> dict[str, str]:
    exported = tenant.scratch.pulumi("stack", "export", "--show-secrets", "--stack", REALM).stdout
    return {
        resource["urn"].rpartition("::")[2]: resource["outputs"]["registrationAccessToken"]["plaintext"]
        for resource in json.loads(exported)["deployment"]["resources"]
        if resource["type"] == "flow-mcp:index:RegisteredClient"
    }


def test_the_lifecycle_of_a_tenant(tenant: Tenant, keycloak: LocalKeycloak, admin: httpx.Client) -> None:
    tenant.up()
    outputs = tenant.outputs(secrets=True)
    ids = outputs["clientIds"]
    assert set(registered(admin)) == set(ids.values())
    secret = outputs["clientSecrets"]["nightly-agent"]
    assert secret == registered(admin)[ids["nightly-agent"]]["secret"]

    document = tenant.document
    desktop, agent = document.authorization_servers[0].clients
    with httpx.Client(trust_env=False) as http:
        validator = Validator(document)
        program = tenant.program_token(http, agent, agent.token_requests[0])
        assert validator.decide(RESOURCE, program).reason is Reason.ALLOWED
        person = sign_in(http, desktop.token_requests[0], PERSON, REDIRECT, None)
        decision = validator.decide(RESOURCE, person)
        assert (decision.reason, decision.subject_kind) == (Reason.ALLOWED, "person")

    tenant.scratch.pulumi("preview", "--refresh", "--stack", REALM)
    tenant.scratch.pulumi("refresh", *UNCHANGED)
    tenant.scratch.pulumi("up", *UNCHANGED)

    # Keycloak issues a new registration access token with each update, and revokes the old one.
    before = registration_tokens(tenant)
    redirect_uri = "http://127.0.0.1:9/other"
    tenant.declare(declaration(keycloak, redirect_uri))
    tenant.up()
    assert tenant.outputs()["clientIds"] == ids
    assert registered(admin)[ids["desktop"]]["redirectUris"] == [redirect_uri]
    after = registration_tokens(tenant)
    assert {name for name in before if before[name] != after[name]} == {"desktop"}
    tenant.scratch.pulumi("up", *UNCHANGED)

    tenant.scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", REALM)
    assert registered(admin) == {}
