"""A tenant's MCP Server Settings, as a Pulumi program in Python."""

import pulumi
import pulumi_flow_mcp as flow_mcp

config = pulumi.Config()

acme = flow_mcp.McpServerSettings(
    "acme",
    instance={"server": "https://app.profitbase.biz/flow"},
    tenant={
        "id": "acme",
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorization_server": {
            "keycloak": {
                "url": config.require("keycloakUrl"),
                "realm": {"name": "acme-python", "create": True, "deletable": True},
            }
        },
        "clients": {
            "nightly-agent": {
                "grant": flow_mcp.Grant.CLIENT_CREDENTIALS,
                "access": ["456/production"],
            },
            "desktop": {
                "grant": flow_mcp.Grant.AUTHORIZATION_CODE,
                "redirect_uris": ["http://127.0.0.1/callback"],
                "access": ["456/production", "456/test"],
                "people": {"groups": ["planners"]},
            },
        },
    },
)

pulumi.export("authority", acme.authority)
pulumi.export("clientIds", acme.client_ids)
pulumi.export("settings", acme.settings)
pulumi.export("clientSecrets", acme.client_secrets)
