"""The settings document of a tenant on Scalekit, beside that of the test vectors, which is compared whole."""

from __future__ import annotations

from flow_mcp.authorization_servers.scalekit.settings import settings
from flow_mcp.settings import DynamicRegistration, MetadataDocuments, Registration
from tests.unit.authorization_servers.scalekit.umbrella import load, tenant

ENVIRONMENT = "https://umbrella.scalekit.com"
AUTHORITY = f"{ENVIRONMENT}/resources/res_1"
URL = "https://app.profitbase.biz/flow/mcp/tenants/umbrella/workspaces/7/environments/production"
IDS = {
    "resource": "res_1",
    "authorizationEndpoint": f"{AUTHORITY}/oauth/authorize",
    "tokenEndpoint": f"{AUTHORITY}/oauth/token",
    "clients.agent": "m2m_1",
    "clients.portal": "m2m_2",
}


def test_authority_is_the_mcp_server_and_issuers_include_the_environment() -> None:
    document = settings(load(tenant()).declaration, IDS)
    (server,) = document.authorization_servers
    assert (server.authority, server.issuers, server.metadata_url) == (
        AUTHORITY,
        (AUTHORITY, ENVIRONMENT),
        f"{ENVIRONMENT}/.well-known/oauth-authorization-server/resources/res_1",
    )
    (resource,) = document.protected_resources
    assert resource.authorization_servers[0].audiences == ("res_1",)
    assert server.registration == Registration()


def test_registration_methods_follow_the_declaration() -> None:
    documents = ["https://vscode.dev/client.json", "https://claude.ai/oauth/*", "https://claude.ai/x"]
    declared = {
        "registration": {
            "dynamic": {"access": ["*"]},
            "metadataDocuments": {"documents": documents, "access": ["7/production"]},
        }
    }
    document = settings(load(tenant(scalekit=declared)).declaration, IDS)
    assert document.authorization_servers[0].registration == Registration(
        dynamic=DynamicRegistration(access=("7/production",)),
        metadata_documents=MetadataDocuments(domains=("claude.ai", "vscode.dev"), access=("7/production",)),
    )
