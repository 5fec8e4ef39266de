"""The settings documents of the vectors' tenants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.settings import SettingsDocument

SERVER = "https://app.profitbase.biz/flow"


def url(tenant: str, workspace: str, environment: str) -> str:
    """Return the URL of a tenant's MCP server."""
    return f"{SERVER}/mcp/tenants/{tenant}/workspaces/{workspace}/environments/{environment}"


def _program(*access: str, **more: Any) -> dict[str, Any]:
    return {"grant": "client-credentials", "access": list(access)} | more


def _people(*access: str, **more: Any) -> dict[str, Any]:
    redirects = ["http://127.0.0.1/callback"]
    return {
        "grant": "authorization-code",
        "redirectUris": redirects,
        "access": list(access),
        "people": "everyone",
    } | more


def _document(
    tenant: str, workspace: str, declared: dict[str, Any], ids: Mapping[str, str]
) -> SettingsDocument:
    """Return the settings document of a tenant with two environments."""
    whole = {"id": tenant, "workspaces": {workspace: {"environments": ["production", "test"]}}} | declared
    declaration = from_configuration(whole, {"server": SERVER}, source=tenant).declaration
    return declaration.kind.settings(declaration, ids)


_REALM = {
    "authorizationServer": {
        "keycloak": {
            "url": "https://id.acme.example",
            "realm": {"name": "acme", "create": True},
            "registration": {
                "dynamic": {"redirectHosts": ["localhost"], "access": ["456/test"], "people": "everyone"},
                "metadataDocuments": {
                    "domains": ["claude.ai"],
                    "access": ["456/test"],
                    "people": "everyone",
                },
            },
        }
    }
}
_DPOP = {"tokens": {"binding": "dpop"}}

KEYCLOAK = _document(
    "acme",
    "456",
    {
        **_REALM,
        "clients": {
            "agent": _program("*"),
            "tester": _program("456/test"),
            "desktop": _people("*"),
            "reader": _people("456/test"),
        },
        "manualRegistrations": {"legacy": {"clientId": "legacy-crm", "access": ["456/production"]}},
    },
    {},
)

DPOP = _document(
    "acme",
    "456",
    {
        **_REALM,
        "clients": {
            "agent": _program("*"),
            "desktop": _people("*", **_DPOP),
            "robot": _program("456/production", **_DPOP),
        },
    },
    {},
)
"""Some clients need bound tokens, others do not."""

DPOP_ONLY = _document("acme", "456", {**_REALM, **_DPOP, "clients": {"desktop": _people("*")}}, {})
"""All clients need bound tokens, those of registration methods too."""

ENTRA_TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
ENTRA_IDS = {
    "7/production": "a0000000-0000-4000-8000-000000000001",
    "7/test": "a0000000-0000-4000-8000-000000000002",
    "agent": "c0000000-0000-4000-8000-000000000001",
    "desktop": "c0000000-0000-4000-8000-000000000002",
}
ENTRA = _document(
    "contoso",
    "7",
    {
        "authorizationServer": {"entra": {"tenantId": ENTRA_TENANT, "verifiedDomains": ["profitbase.biz"]}},
        "clients": {
            "agent": _program("7/production", secret={"issued": "2026-11-01", "lifetime": "180d"}),
            "desktop": _people("*"),
        },
    },
    ENTRA_IDS,
)

AUTH0_IDS = {"agent": "Ag3nTuX0pQ2rS4tV6wY8zA1bC3dE5fG7", "desktop": "D3skT0pH9jK1mN3pQ5rS7tV9wX1yZ3aB"}
AUTH0_DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"
AUTH0 = _document(
    "hooli",
    "7",
    {
        "authorizationServer": {
            "auth0": {
                "domain": "hooli.eu.auth0.com",
                "registration": {
                    "dynamic": {"access": ["7/test"]},
                    "metadataDocuments": {"documents": [AUTH0_DOCUMENT], "access": ["7/test"]},
                },
                "tenantSettings": {"manage": True},
            }
        },
        "clients": {"agent": _program("7/production"), "desktop": _people("*")},
    },
    AUTH0_IDS,
)

SCALEKIT_ENVIRONMENT = "https://umbrella.scalekit.com"
SCALEKIT_IDS = {
    "resource": "res_69041163914445100",
    "authorizationEndpoint": f"{SCALEKIT_ENVIRONMENT}/oauth/authorize",
    "tokenEndpoint": f"{SCALEKIT_ENVIRONMENT}/oauth/token",
    "clients.agent": "m2m_69041163914445101",
    "clients.portal": "m2m_69041163914445102",
}

GENERIC_ISSUER = "https://id.stark.example"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
GENERIC_IDS = {
    "metadataUrl": f"{GENERIC_ISSUER}/.well-known/oauth-authorization-server",
    "authorizationEndpoint": f"{GENERIC_ISSUER}/authorize",
    "tokenEndpoint": f"{GENERIC_ISSUER}/token",
    "clients.agent": "s6BhdRkqt3",
    "clients.desktop": "x0Jq7TfZ2a",
}

SCALEKIT = _document(
    "umbrella",
    "7",
    {
        "workspaces": {"7": {"environments": ["production"]}},
        "authorizationServer": {
            "scalekit": {
                "environmentUrl": SCALEKIT_ENVIRONMENT,
                "registration": {"dynamic": {"access": ["*"]}},
            }
        },
        "clients": {
            "agent": _program("*"),
            "portal": _people("*", clientType="confidential"),
        },
    },
    SCALEKIT_IDS,
)

GENERIC = _document(
    "stark",
    "9",
    {
        "authorizationServer": {
            "external": {
                "authority": GENERIC_ISSUER,
                "resources": {
                    "9/production": {"scopes": ["flow.production", "flow.run"]},
                    "9/test": {"scopes": ["flow.test"], "audiences": ["flow-test", "flow-staging"]},
                },
                "tokens": {
                    "algorithms": list(ALGORITHMS),
                    "person": [{"claim": "sid", "must": "present"}],
                },
                "clientRegistration": {},
            }
        },
        "clients": {"agent": _program("*"), "desktop": _people("*")},
    },
    GENERIC_IDS,
)
