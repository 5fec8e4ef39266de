"""Examples of rules, short to write: a whole declaration as Pulumi would show it."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.policy.rule import SETTINGS, Resource

KEYCLOAK = {"keycloak": {"url": "https://id.acme.example", "realm": {"name": "acme", "create": True}}}

ENTRA_TENANT = "8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55"
ENTRA = {"entra": {"tenantId": ENTRA_TENANT, "owners": ["6a2e1b7c-0d3f-4e58-9b1a-2c4d6e8f0a1b"]}}
AUTH0 = {"auth0": {"domain": "acme.eu.auth0.com"}}
SCALEKIT = {"scalekit": {"environmentUrl": "https://acme.scalekit.com"}}


def declares(server: Any = KEYCLOAK, *, instance: Any = None, **more: Any) -> Resource:
    """`McpServerSettings` of the tenant acme, as a rule is shown it.

    Args:
        server: `authorizationServer`.
        instance: keys of the instance besides `server`.
        more: keys of the tenant besides `id`, `workspaces` (456 with production and test) and the server.
    """
    tenant = {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorizationServer": server,
        **more,
    }
    whole = {"server": "https://app.profitbase.biz/flow", **(instance or {})}
    return Resource(SETTINGS, inputs={"tenant": tenant, "instance": whole})
