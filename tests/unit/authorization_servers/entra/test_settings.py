"""The settings document of a tenant on Entra."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flow_mcp.authorization_servers.entra import names, permissions
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.settings import settings as settings_of
from flow_mcp.settings import SettingsDocument
from tests.unit.authorization_servers.entra.contoso import IDS, TENANT, load, settings, tenant

GUID = "5b1d9b7e-8c58-4c64-8f0e-1a2b3c4d5e6f"


def test_requests_name_the_scopes_of_an_application_id_uri_without_a_verified_domain() -> None:
    manual = {"legacy": {"clientId": GUID, "access": ["7/test"]}}
    document = settings(entra={"verifiedDomains": [], "preauthorized": {}}, manual=manual)
    (server,) = document.authorization_servers
    api = f"api://{TENANT}/flow-mcp.flow.contoso.example.flow.contoso.7"
    assert [
        (client.name, client.client_id, client.registration, request.parameters["scope"])
        for client in server.clients
        for request in client.token_requests
    ] == [
        ("agent", IDS["agent"], "managed", f"{api}.production/.default"),
        ("desktop", IDS["desktop"], "managed", f"{api}.production/mcp.access"),
        ("desktop", IDS["desktop"], "managed", f"{api}.test/mcp.access"),
        ("legacy", GUID, "manual", f"{api}.test/.default"),
    ]
    requests = [request for client in server.clients for request in client.token_requests]
    assert not any("resource" in {**r.parameters, **(r.authorization_parameters or {})} for r in requests)
    assert [
        at_server.scopes_advertised
        for resource in document.protected_resources
        for at_server in resource.authorization_servers
    ] == [(f"{api}.production/mcp.access",), (f"{api}.test/mcp.access",)]


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
