"""Build the declarations in the rules' examples, as Pulumi passes them to the rules."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.policy.rule import SETTINGS, Resource

KEYCLOAK = {"keycloak": {"url": "https://id.acme.example", "realm": {"name": "acme", "create": True}}}

ENTRA_TENANT = "8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55"
ENTRA = {"entra": {"tenantId": ENTRA_TENANT, "owners": ["6a2e1b7c-0d3f-4e58-9b1a-2c4d6e8f0a1b"]}}
AUTH0 = {"auth0": {"domain": "acme.eu.auth0.com"}}
SCALEKIT = {"scalekit": {"environmentUrl": "https://acme.scalekit.com"}}


def declares(server: Any = KEYCLOAK, *, instance: Any = None, **more: Any) -> Resource:
    """Return `McpServerSettings` with a declaration of the tenant acme.

    Args:
        server: the tenant's `authorizationServer`.
        instance: additional keys of the instance.
        more: additional keys of the tenant; the defaults are one workspace, 456, with production and test.
    """
    tenant = {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorizationServer": server,
        **more,
    }
    whole = {"server": "https://app.profitbase.biz/flow", **(instance or {})}
    return Resource(SETTINGS, inputs={"tenant": tenant, "instance": whole})
