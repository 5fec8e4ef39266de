"""The declaration of the tenant that `fake` serves, with web origins."""

from __future__ import annotations

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration

ORIGIN = "https://inspector.example"


def declaration(*, everyone: bool = False, requests_scope: bool = True) -> Declaration:
    """Return a declaration with dynamic client registration, a program and an application for people."""
    people = "everyone" if everyone else {"groups": ["planners"]}
    tenant = {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "acme", "create": True},
                "registration": {
                    "dynamic": {
                        "redirectHosts": ["127.0.0.1"],
                        "corsOrigins": [ORIGIN],
                        "access": ["456/test"],
                    }
                },
            }
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["*"]}
            if requests_scope
            else {"grant": "client-credentials", "access": ["456/production"], "requestsScope": False},
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "webOrigins": [ORIGIN],
                "access": ["*"],
                "people": people,
            },
        },
    }
    instance = {"server": "https://app.profitbase.biz/flow"}
    return from_configuration(tenant, instance, source="acme").declaration
