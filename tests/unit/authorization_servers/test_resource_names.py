"""The names of a stack's resources are unique, whatever the tenant's IDs and client names are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pulumi
import pytest

from flow_mcp.authorization_servers.component import component_of
from flow_mcp.authorization_servers.load import from_configuration
from tests.unit.authorization_servers.mocks import run

GROUP = "d0000000-0000-4000-8000-000000000001"
INSTANCE = {"server": "https://app.profitbase.biz/flow"}
PROGRAM = {"grant": "client-credentials", "access": ["*"]}
PERSON = {
    "grant": "authorization-code",
    "access": ["*"],
    "redirectUris": ["https://a.example/cb"],
    "people": {"groups": ["b", "x-b", "x", "b-456"]},
}
SECRET = {"issued": "2026-11-01", "lifetime": "180d"}
REGISTRATION = {"access": ["*"]}
TENANT = {
    "id": "acme",
    # IDs may contain hyphens, so these would collide if they were joined by a hyphen.
    "workspaces": {"456": {"environments": ["x", "x-b"]}, "b-456": {"environments": ["x"]}},
}
SERVERS: dict[str, dict[str, Any]] = {
    "keycloak": {
        "url": "https://id.acme.example",
        "realm": {"name": "acme", "create": True},
        "registration": {"dynamic": {**REGISTRATION, "redirectHosts": ["a.example"]}},
    },
    "auth0": {
        "domain": "acme.eu.auth0.com",
        "roles": {"create": True},
        "tenantSettings": {"manage": True},
        "registration": {
            "dynamic": REGISTRATION,
            "metadataDocuments": {
                **REGISTRATION,
                "documents": ["https://a.example/x", "https://a.example/x-456"],
            },
        },
    },
    "entra": {"tenantId": "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"},
}


class _CountingMocks(pulumi.runtime.Mocks):
    """Counts the resources by type and name, and invents the values that servers assign."""

    def __init__(self) -> None:
        self.requested: Counter[tuple[str, str]] = Counter()

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.requested[args.typ, args.name] += 1
        assigned = f"{args.name}-id"
        return assigned, {"objectId": assigned, "clientId": assigned, "clientSecret": "x", **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        unset = ("flags", "errorPages", "countryCodes", "mtls", "defaultTokenQuotas")
        empty_lists = {key: list[Any]() for key in unset}
        return {**args.args, **empty_lists, "objectId": GROUP, "realmExists": False}, []


@pytest.mark.parametrize("server", SERVERS)
def test_resource_names_are_unique_in_a_stack(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = PROGRAM | ({"secret": SECRET} if server == "entra" else {})
    clients = dict.fromkeys(("a", "a-b", "third-party"), agent) | dict.fromkeys(("c", "c-b", "456"), PERSON)
    tenant = {**TENANT, "clients": clients, "authorizationServer": {server: SERVERS[server]}}
    declaration = from_configuration(tenant, INSTANCE, source="acme").declaration
    monkeypatch.setenv("AUTH0_API_TOKEN", "unused")
    mocks = _CountingMocks()

    def program() -> None:
        component_of(declaration.kind)("acme", declaration, pulumi.ResourceOptions())

    run(mocks, program)
    assert sum(mocks.requested.values()) > 20
    assert [name for name, times in mocks.requested.items() if times > 1] == []
