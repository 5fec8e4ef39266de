"""The settings document of a tenant on an external authorization server."""

from __future__ import annotations

from flow_mcp.authorization_servers.external.settings import settings
from flow_mcp.settings import ClaimCondition, ResourceAtServer, TokenProfile
from tests.unit.authorization_servers.external.stark import AGENT, load, tenant

IDS = {
    "metadataUrl": "https://id.stark.example/.well-known/openid-configuration",
    "authorizationEndpoint": "https://id.stark.example/authorize",
    "tokenEndpoint": "https://id.stark.example/token",
    "clients.agent": "c-1",
    "clients.desktop": "c-2",
}


def test_default_token_profile_is_rfc_9068() -> None:
    document = settings(load(tenant()).declaration, IDS)
    (server,) = document.authorization_servers
    assert server.token_profile == TokenProfile(
        algorithms=("RS256",),
        types=("at+jwt",),
        client_claim="client_id",
        scope_claim="scope",
        person=(ClaimCondition(claim="sid", must="present"),),
    )
    assert server.issuers == ("https://id.stark.example",)
    base = "https://app.profitbase.biz/flow/mcp/tenants/stark/workspaces/9/environments/"
    assert [resource.authorization_servers for resource in document.protected_resources] == [
        (
            ResourceAtServer(
                authority="https://id.stark.example",
                audiences=(f"{base}{environment}",),
                scopes_advertised=(f"flow.{environment}",),
                scopes_in_tokens=(f"flow.{environment}",),
            ),
        )
        for environment in ("production", "test")
    ]


def test_declared_token_profile_replaces_the_default() -> None:
    external = {
        "resources": {
            "9/production": {
                "scopes": ["api://flow/production"],
                "scopesInTokens": ["production"],
                "audiences": ["api://flow-production", "flow-production"],
            },
            "9/test": {"scopes": ["flow.test"]},
        },
        "tokens": {
            "algorithms": ["ES256"],
            "types": ["JWT"],
            "clientClaim": "azp",
            "scopeClaim": "scp",
            "conditions": [{"claim": "token_use", "must": "one-of", "values": ["access"]}],
            "person": [{"claim": "sub", "must": "prefix", "values": ["user:"]}],
        },
    }
    document = settings(load(tenant(external=external)).declaration, IDS)
    assert document.authorization_servers[0].token_profile == TokenProfile(
        algorithms=("ES256",),
        types=("JWT",),
        client_claim="azp",
        scope_claim="scp",
        conditions=(ClaimCondition(claim="token_use", must="one-of", values=("access",)),),
        person=(ClaimCondition(claim="sub", must="prefix", values=("user:",)),),
    )
    assert document.protected_resources[0].authorization_servers == (
        ResourceAtServer(
            authority="https://id.stark.example",
            audiences=("api://flow-production", "flow-production"),
            scopes_advertised=("api://flow/production",),
            scopes_in_tokens=("production",),
        ),
    )


def test_no_token_counts_as_a_persons_if_nobody_signs_in() -> None:
    declared = tenant(external={"tokens": None}, clients={"agent": AGENT})
    document = settings(load(declared).declaration, IDS)
    assert document.authorization_servers[0].token_profile.person == (
        ClaimCondition(claim="sub", must="present"),
        ClaimCondition(claim="sub", must="absent"),
    )


def test_settings_are_identical_for_the_same_declaration_and_ids() -> None:
    first, second = (settings(load(tenant()).declaration, IDS).canonical_json() for _ in range(2))
    assert first == second
