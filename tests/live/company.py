"""A tenant on a real Keycloak that accepts the identity assertions of a company."""

from __future__ import annotations

from typing import Any

import httpx

from tests.live.admin import add_person
from tests.live.tenant import Tenant
from tests.live.token_issuer import TokenIssuer

ADA, GUY = "00u-ada", "00u-guy"
"""Subjects at the company's identity provider: a planner, and a person outside the groups."""
_PEOPLE = {"ada": ["planners"], "guy": []}


def declaration(name: str, keycloak: str, company: TokenIssuer) -> dict[str, Any]:
    """Return a tenant with two environments and two applications that redeem assertions."""
    application = {
        "grant": "authorization-code",
        "clientType": "confidential",
        "redirectUris": ["https://assistant.acme.example/callback"],
        "access": ["1/*"],
        "people": {"groups": ["planners"]},
    }
    return {
        "id": name,
        "workspaces": {"1": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak, "realm": {"name": name, "create": True, "deletable": True}}
        },
        "clients": {"assistant": application, "other": application},
        "enterprise": [
            {"issuer": company.issuer, "jwksUrl": company.jwks_url, "clients": ["assistant", "other"]}
        ],
    }


def employ(tenant: Tenant, admin: httpx.Client) -> None:
    """Create Ada, who is a planner, and Guy, who has no group."""
    for name, groups in _PEOPLE.items():
        add_person(admin, tenant.name, name, groups=groups)


def linked(declared: dict[str, Any]) -> dict[str, Any]:
    """Return the declaration with links of Ada and Guy."""
    (entry,) = declared["enterprise"]
    return {**declared, "enterprise": [{**entry, "linkedPeople": {"ada": ADA, "guy": GUY}}]}
