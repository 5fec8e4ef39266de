"""The settings document of a tenant on Auth0, beside that of the test vectors, which is compared whole."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.runtime.discovery import discovery_addresses
from flow_mcp.settings import SettingsDocument
from tests.unit.authorization_servers.auth0.hooli import (
    ISSUER,
    PRODUCTION,
    TEST,
    agent,
    desktop,
    load,
    public_key,
    tenant,
)

IDS = {"agent": "Ag3nT", "desktop": "D3skt0p"}


def document(declared: dict[str, Any], ids: dict[str, str] | None = None) -> SettingsDocument:
    declaration = load(declared).declaration
    return declaration.kind.settings(declaration, IDS if ids is None else ids)


def plain(settings: SettingsDocument) -> Any:
    return settings.model_dump(mode="json", by_alias=True, exclude_none=True)


def test_issuer_ends_with_a_slash_everywhere() -> None:
    declaration = load(tenant()).declaration
    settings = declaration.kind.settings(declaration, IDS)
    server = settings.authorization_servers[0]
    assert declaration.kind.authority
    assert declaration.kind.authority(declaration) == ISSUER
    assert (server.authority, server.issuers) == (ISSUER, (ISSUER,))
    entries = [entry for r in settings.protected_resources for entry in r.authorization_servers]
    assert {entry.authority for entry in entries} == {ISSUER}
    assert discovery_addresses(server) == (
        "https://hooli.eu.auth0.com/.well-known/openid-configuration",
        "https://hooli.eu.auth0.com/.well-known/oauth-authorization-server",
    )


def test_custom_domain_replaces_the_domain_for_clients() -> None:
    text = document(tenant(auth0={"customDomain": "login.hooli.example"})).canonical_json()
    assert '"authority":"https://login.hooli.example/"' in text
    assert "hooli.eu.auth0.com" not in text


@pytest.mark.parametrize(
    ("auth0", "parameter", "scope"),
    [
        ({}, "audience", "mcp:access"),
        ({"tenantSettings": {"manage": True}}, "resource", "mcp:access"),
        (
            {"tenantSettings": {"manage": True, "resourceParameterProfile": "audience"}},
            "audience",
            "mcp:access",
        ),
        ({"tokens": {"refresh": {}}}, "audience", "mcp:access offline_access"),
    ],
)
def test_authorization_request_names_the_resource_in_the_parameter_that_the_tenant_honours(
    auth0: dict[str, Any], parameter: str, scope: str
) -> None:
    [_, application] = plain(document(tenant(auth0=auth0)))["authorizationServers"][0]["clients"]
    assert application["authentication"] == "none"
    assert application["tokenRequests"] == [
        {
            "resource": resource,
            "tokenEndpoint": f"{ISSUER}oauth/token",
            "parameters": {"client_id": "D3skt0p", "grant_type": "authorization_code"},
            "authorizationEndpoint": f"{ISSUER}authorize",
            "authorizationParameters": {
                "client_id": "D3skt0p",
                "code_challenge_method": "S256",
                "response_type": "code",
                "scope": scope,
                parameter: resource,
            },
        }
        for resource in (PRODUCTION, TEST)
    ]


def test_manual_registrations_are_listed_with_the_managed_clients() -> None:
    manual = {
        "crm": {"clientId": "M4nual", "access": ["7/test"]},
        "portal": {"clientId": "P0rtal", "access": ["7/test"], "grant": "authorization-code"},
    }
    keyed = agent(privateKeyJwt={"certificate": public_key()})
    settings = document(tenant(clients={"agent": keyed}, manual=manual))
    assert [
        (client.name, client.client_id, client.registration, client.authentication, client.access)
        for client in settings.authorization_servers[0].clients
    ] == [
        ("agent", "Ag3nT", "managed", "private-key-jwt", ("7/production",)),
        ("crm", "M4nual", "manual", None, ("7/test",)),
        ("portal", "P0rtal", "manual", None, ("7/test",)),
    ]


def test_registration_methods_are_listed_with_their_access() -> None:
    documents = ["https://claude.ai/oauth/client", "https://vscode.dev/client", "https://claude.ai/other"]
    registration = {
        "dynamic": {"access": ["7/test"]},
        "metadataDocuments": {"documents": documents, "access": ["7/*"]},
    }
    settings = document(tenant(auth0={"registration": registration}))
    assert plain(settings)["authorizationServers"][0]["registration"] == {
        "dynamic": {"access": ["7/test"]},
        "metadataDocuments": {
            "domains": ["claude.ai", "vscode.dev"],
            "access": ["7/production", "7/test"],
        },
    }


def test_settings_are_identical_for_the_same_declaration_and_client_ids() -> None:
    clients = {"desktop": desktop(), "agent": agent()}
    assert document(tenant()).canonical_json() == document(tenant(clients=clients)).canonical_json()
