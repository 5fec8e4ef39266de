"""The settings document of a tenant on Entra."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flow_mcp.authorization_servers.entra import names, permissions
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.settings import settings as settings_of
from flow_mcp.settings import SettingsDocument
from tests.unit.authorization_servers.entra.contoso import IDS, PRODUCTION, TENANT, load, settings, tenant

LOGIN = f"https://login.microsoftonline.com/{TENANT}"
GUID = "5b1d9b7e-8c58-4c64-8f0e-1a2b3c4d5e6f"


def test_complete_settings_document() -> None:
    parts = {
        "entra": {"verifiedDomains": [], "preauthorized": {}},
        "manual": {"legacy": {"clientId": GUID, "access": ["7/test"]}},
    }

    def api(environment: str) -> str:
        return f"api://{TENANT}/flow-mcp.flow.contoso.example.flow.contoso.7.{environment}"

    def for_people(environment: str) -> dict[str, object]:
        return {
            "resource": PRODUCTION.replace("production", environment),
            "tokenEndpoint": f"{LOGIN}/oauth2/v2.0/token",
            "parameters": {
                "client_id": IDS["desktop"],
                "grant_type": "authorization_code",
                "scope": f"{api(environment)}/mcp.access",
            },
            "authorizationEndpoint": f"{LOGIN}/oauth2/v2.0/authorize",
            "authorizationParameters": {
                "client_id": IDS["desktop"],
                "code_challenge_method": "S256",
                "response_type": "code",
                "scope": f"{api(environment)}/mcp.access",
            },
        }

    def for_program(client_id: str, environment: str) -> dict[str, object]:
        return {
            "resource": PRODUCTION.replace("production", environment),
            "tokenEndpoint": f"{LOGIN}/oauth2/v2.0/token",
            "parameters": {
                "client_id": client_id,
                "grant_type": "client_credentials",
                "scope": f"{api(environment)}/.default",
            },
        }

    assert settings(**parts).model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "version": 1,
        "tenant": "contoso",
        "authorizationServers": [
            {
                "kind": "entra",
                "authority": f"{LOGIN}/v2.0",
                "issuers": [f"{LOGIN}/v2.0"],
                "metadataUrl": f"{LOGIN}/v2.0/.well-known/openid-configuration",
                "tokenProfile": {
                    "algorithms": ["RS256"],
                    "types": ["JWT"],
                    "clientClaim": "azp",
                    "scopeClaim": "scp",
                    "roleClaim": "roles",
                    "conditions": [
                        {"claim": "tid", "must": "one-of", "values": [TENANT]},
                        {"claim": "ver", "must": "one-of", "values": ["2.0"]},
                    ],
                    "person": [{"claim": "scp", "must": "present", "values": []}],
                    "clockSkewSeconds": 60,
                },
                "clients": [
                    {
                        "name": "agent",
                        "clientId": IDS["agent"],
                        "registration": "managed",
                        "grant": "client-credentials",
                        "authentication": "client-secret",
                        "access": ["7/production"],
                        "tokenRequests": [for_program(IDS["agent"], "production")],
                    },
                    {
                        "name": "desktop",
                        "clientId": IDS["desktop"],
                        "registration": "managed",
                        "grant": "authorization-code",
                        "authentication": "none",
                        "access": ["7/production", "7/test"],
                        "tokenRequests": [for_people("production"), for_people("test")],
                    },
                    {
                        "name": "legacy",
                        "clientId": GUID,
                        "registration": "manual",
                        "grant": "client-credentials",
                        "access": ["7/test"],
                        "tokenRequests": [for_program(GUID, "test")],
                    },
                ],
                "registration": {},
            }
        ],
        "protectedResources": [
            {
                "url": PRODUCTION.replace("production", environment),
                "workspace": "7",
                "environment": environment,
                "authorizationServers": [
                    {
                        "authority": f"{LOGIN}/v2.0",
                        "audiences": [IDS[f"7/{environment}"]],
                        "scopesAdvertised": [f"{api(environment)}/mcp.access"],
                        "scopesInTokens": ["mcp.access"],
                        "appRoles": ["mcp.program"],
                    }
                ],
            }
            for environment in ("production", "test")
        ],
    }


def test_settings_document_validates_against_its_schema() -> None:
    text = settings().canonical_json()
    assert SettingsDocument.from_json(text).canonical_json() == text


@pytest.mark.parametrize(
    ("server", "verified", "is_url"),
    [
        ("https://flow.contoso.example/flow", ["contoso.example"], True),
        ("https://contoso.example/flow", ["contoso.example"], True),
        ("https://flow.contoso.example/flow", ["flow.contoso.example"], True),
        ("https://notcontoso.example/flow", ["contoso.example"], False),
        ("https://contoso.example.evil.example/flow", ["contoso.example"], False),
        ("https://contoso.example/flow", ["flow.contoso.example"], False),
        ("https://flow.contoso.example:8443/flow", ["contoso.example"], False),
        ("https://flow.contoso.example/flow", [], False),
    ],
)
def test_application_id_uri_is_the_mcp_url_only_on_a_verified_domain(
    server: str, verified: list[str], is_url: bool
) -> None:
    declaration = load(tenant()).declaration
    instance = declaration.instance.model_copy(update={"server": server})
    declaration = replace(declaration, instance=instance)
    entra = Entra(tenant_id=TENANT, verified_domains=tuple(verified))
    for resource in declaration.resources:
        uri = names.identifier_uri(declaration, entra, resource)
        assert (uri == resource.url) is is_url
        assert is_url or uri.startswith(f"api://{TENANT}/flow-mcp.")
        assert uri.count("/") == 3 or is_url


def test_ids_of_scopes_and_roles_are_deterministic_and_differ_by_resource() -> None:
    declaration = load(tenant()).declaration
    ids = {
        (resource.key, kind): permission(declaration, resource).id
        for resource in declaration.resources
        for kind, permission in (
            ("scope", permissions.scope),
            ("program", permissions.program_role),
            ("person", permissions.person_role),
        )
    }
    assert ids == {
        ("7/production", "scope"): "b7d48e15-7171-5240-8f91-b4e28b6724d2",
        ("7/production", "program"): "ae3100e0-75a2-5df9-9b2a-5e6675acf23b",
        ("7/production", "person"): "6e9b49a6-8339-5b23-959a-6993190146c2",
        ("7/test", "scope"): "f73317e4-72b9-5b1b-82ab-31e4709937a7",
        ("7/test", "program"): "31fd26dc-d5e4-5632-ac5a-bb0e46e02141",
        ("7/test", "person"): "15bf8eae-e53a-5cdb-a1dd-e8cf2287e853",
    }


def test_names_of_an_existing_application_are_those_of_requests_and_tokens() -> None:
    names_declared = {"identifierUri": "api://flow", "scope": "Flow.Access", "programRole": "Flow.Program"}
    document = settings(entra={"apis": {"7/production": names_declared}})
    production, test = document.protected_resources
    assert [
        (server.scopes_advertised, server.scopes_in_tokens, server.app_roles)
        for server in (*production.authorization_servers, *test.authorization_servers)
    ] == [
        (("api://flow/Flow.Access",), ("Flow.Access",), ("Flow.Program",)),
        ((f"{test.url}/mcp.access",), ("mcp.access",), ("mcp.program",)),
    ]
    agent = next(client for client in document.authorization_servers[0].clients if client.name == "agent")
    assert [request.parameters["scope"] for request in agent.token_requests] == ["api://flow/.default"]


def test_a_resource_whose_application_is_left_is_not_in_the_document() -> None:
    declared = tenant() | {"adopted": {"Application/7/test": {"leave": True}}}
    ids = {key: value for key, value in IDS.items() if key != "7/test"}
    document = settings_of(load(declared).declaration, ids)
    assert [resource.environment for resource in document.protected_resources] == ["production"]
