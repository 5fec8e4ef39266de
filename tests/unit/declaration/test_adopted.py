"""The record of adopted objects in a tenant's file."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.findings import DeclarationError

_INSTANCE = {"server": "https://app.profitbase.biz/flow"}


def _tenant(adopted: dict[str, Any], **client: Any) -> dict[str, Any]:
    declared = {"grant": "authorization-code", "clientId": "web", "access": ["*"], "people": "everyone"}
    return {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.example", "realm": {"name": "acme", "create": False}}
        },
        "clients": {"web": {**declared, **client}},
        "adopted": adopted,
    }


def test_a_client_that_keeps_its_redirect_uris_declares_none() -> None:
    kept = {"Client/web": {"id": "acme/1", "keep": ["validRedirectUris"]}}
    declaration = from_configuration(_tenant(kept), _INSTANCE, source="acme").declaration
    assert declaration.tenant.kept("Client", "web") == ("validRedirectUris",)
    with pytest.raises(DeclarationError, match=r"clients\.web\.redirectUris: is missing"):
        from_configuration(_tenant({"Client/web": {"id": "acme/1"}}), _INSTANCE, source="acme")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({}, "needs exactly one of id and leave"),
        ({"id": "acme/1", "leave": True}, "needs exactly one of id and leave"),
        ({"leave": True, "keep": ["name"]}, "has keep without id"),
        ({"id": "acme/1", "keep": ["Valid URIs"]}, "is not the name of a property in Pulumi"),
    ],
)
def test_an_entry_is_either_imported_or_left(entry: dict[str, Any], problem: str) -> None:
    tenant = _tenant({"Client/web": entry}, redirectUris=["https://web.example/cb"])
    with pytest.raises(DeclarationError, match=problem):
        from_configuration(tenant, _INSTANCE, source="acme")


def test_two_resources_do_not_share_a_scope() -> None:
    tenant = _tenant({}, redirectUris=["https://web.example/cb"])
    tenant["workspaces"] = {"1": {"environments": ["test", "production"]}}
    keycloak = tenant["authorizationServer"]["keycloak"]
    for scopes, problem in (
        ({"1/test": "mcp", "1/production": "mcp"}, "is also the scope of"),
        ({"2/test": "mcp"}, "is not a declared workspace and environment"),
        ({"1/test": "profile"}, "is a name that Keycloak or this project gives to scopes"),
    ):
        keycloak["scopes"] = scopes
        with pytest.raises(DeclarationError, match=problem):
            from_configuration(tenant, _INSTANCE, source="acme")
