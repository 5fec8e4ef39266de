"""The access that follows from declarations of all kinds of authorization server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.access import (
    ClientAccess,
    PeopleAccess,
    RegistrationMethodAccess,
    TenantAccess,
    snapshot,
)
from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration
from flow_mcp.declaration.texts import Form
from tests.unit.declaration.access.samples import STACKS, sample

DAY = 86_400
PROGRAM = ClientAccess(
    name="",
    registration="managed",
    client_id=None,
    grant="client-credentials",
    authentication="client-secret",
    redirect_uris=(),
    web_origins=(),
    resources=(),
    secret_issued=None,
    secret_expires=None,
)
PERSONAL = replace(PROGRAM, grant="authorization-code", authentication="none")
MANUAL = replace(PROGRAM, registration="manual", authentication=None)
SECRET: dict[str, Any] = {"secret_issued": "2026-11-01", "secret_expires": "2027-04-30T00:00:00Z"}
LOOPBACK = ("http://127.0.0.1/callback",)
PLANNERS = PeopleAccess(("planners",), everyone=False, undeclared=False)
EVERYONE = PeopleAccess((), everyone=True, undeclared=False)
NOBODY = PeopleAccess((), everyone=False, undeclared=False)


def declare(tenant: Mapping[str, Any], server: str = "https://app.profitbase.biz/flow") -> Declaration:
    return from_configuration(tenant, {"server": server}, source="a test").declaration


def test_keycloak_has_chosen_client_ids_and_limits_of_registration_methods() -> None:
    both = ("456/production", "456/test")
    assert snapshot(sample("acme")) == TenantAccess(
        tenant="acme",
        kind="keycloak",
        authority="http://127.0.0.1:8180/realms/acme",
        resources=both,
        pending=(),
        clients=(
            replace(
                PERSONAL,
                name="desktop",
                client_id="flow-mcp-acme-desktop",
                redirect_uris=LOOPBACK,
                resources=both,
            ),
            replace(MANUAL, name="legacy-crm", client_id="legacy-crm", resources=("456/production",)),
            replace(PROGRAM, name="nightly-agent", client_id="flow-mcp-acme-nightly-agent", resources=both),
            replace(
                PROGRAM, name="test-agent", client_id="flow-mcp-acme-test-agent", resources=("456/test",)
            ),
        ),
        registration_methods=(
            RegistrationMethodAccess(
                "dynamic",
                {
                    "allowedScopes": (),
                    "corsOrigins": (),
                    "maximumClients": ("200",),
                    "redirectHosts": ("127.0.0.1", "claude.ai", "localhost"),
                    "senderHosts": (),
                },
                ("456/test",),
            ),
            RegistrationMethodAccess(
                "metadataDocuments", {"domains": ("claude.ai",), "redirectHosts": ()}, ("456/test",)
            ),
        ),
        people={"456/production": PLANNERS, "456/test": PLANNERS},
        lifetimes={"tokens.access": 300},
    )


def test_entra_has_expiring_secrets_and_preauthorized_applications() -> None:
    both, production = ("200/production", "200/test"), ("200/production",)
    assert snapshot(sample("contoso")) == TenantAccess(
        tenant="contoso",
        kind="entra",
        authority="https://login.microsoftonline.com/3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11/v2.0",
        resources=both,
        pending=(),
        clients=(
            replace(
                PERSONAL,
                name="desktop",
                redirect_uris=(*LOOPBACK, "http://localhost/callback"),
                resources=both,
            ),
            replace(PROGRAM, name="importer", resources=("200/test",), **SECRET),
            replace(
                MANUAL,
                name="legacy-crm",
                client_id="5b1d9b7e-8c58-4c64-8f0e-1a2b3c4d5e6f",
                resources=production,
            ),
            replace(PROGRAM, name="nightly-agent", authentication="federated", resources=both),
            replace(
                PERSONAL,
                name="portal",
                authentication="client-secret",
                redirect_uris=("https://portal.contoso.example/oauth/callback",),
                resources=production,
                **SECRET,
            ),
        ),
        registration_methods=(RegistrationMethodAccess("vscode", {}, ("200/test",)),),
        people={"200/production": PLANNERS, "200/test": PLANNERS},
        lifetimes={"clients.importer.secret": 180 * DAY, "clients.portal.secret": 180 * DAY},
    )


def test_flow_entra_uses_the_instances_entra_tenant() -> None:
    resources = ("77/production",)
    assert snapshot(sample("fabrikam")) == TenantAccess(
        tenant="fabrikam",
        kind="flow-entra",
        authority="https://login.microsoftonline.com/7c9e6679-7425-40de-944b-e07fc1f90ae7/v2.0",
        resources=resources,
        pending=(),
        clients=(
            replace(PERSONAL, name="assistant", redirect_uris=LOOPBACK, resources=resources),
            replace(PROGRAM, name="nightly-agent", resources=resources, **SECRET),
        ),
        registration_methods=(),
        people={"77/production": replace(PLANNERS, groups=("fabrikam-planners",))},
        lifetimes={"clients.nightly-agent.secret": 180 * DAY},
    )


def test_on_premises_a_resource_without_an_application_is_pending_and_people_may_be_undeclared() -> None:
    production = ("8/production",)
    assert snapshot(sample("northwind")) == TenantAccess(
        tenant="northwind",
        kind="flow-entra",
        authority="https://login.microsoftonline.com/1d6fd4a5-5b8e-4a8f-8f39-0c9d2b7e6a42/v2.0",
        resources=("8/production", "8/test"),
        pending=("8/test",),
        clients=(
            replace(
                MANUAL,
                name="assistant",
                client_id="4e5f6a7b-8c9d-4e0f-9a1b-2c3d4e5f6a7b",
                grant="authorization-code",
                resources=production,
            ),
            replace(
                MANUAL,
                name="nightly-agent",
                client_id="2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9f8",
                resources=production,
            ),
        ),
        registration_methods=(),
        people={"8/production": replace(NOBODY, undeclared=True), "8/test": NOBODY},
        lifetimes={},
    )


def test_auth0_has_the_declared_lifetimes_of_refresh_tokens() -> None:
    access = snapshot(sample("initech"))
    assert (access.authority, access.people, access.lifetimes) == (
        "https://login.initech.example/",
        {"31/production": PLANNERS, "31/test": PLANNERS},
        {
            "tokens.access": 3_600,
            "tokens.refresh.idle": 7 * DAY,
            "tokens.refresh.lifetime": 30 * DAY,
        },
    )
    assert access.registration_methods == (
        RegistrationMethodAccess("dynamic", {}, ("31/test",)),
        RegistrationMethodAccess(
            "metadataDocuments",
            {"documents": ("https://claude.ai/oauth/claude-code-client-metadata",)},
            ("31/test",),
        ),
    )
    assert {client.name: (client.authentication, client.client_id) for client in access.clients} == {
        "desktop": ("none", None),
        "legacy-crm": (None, "tV0xB3nQ8kRz1yWcE5uJ7aLmS2pDfGhK"),
        "nightly-agent": ("private-key-jwt", None),
        "portal": ("client-secret", None),
        "test-agent": ("client-secret", None),
    }


def test_scalekit_assigns_its_authority() -> None:
    access = snapshot(sample("umbrella"))
    assert (access.authority, access.people, access.lifetimes) == (
        None,
        {"7/production": EVERYONE},
        {"tokens.access": 300},
    )
    assert access.registration_methods == (
        RegistrationMethodAccess(
            "metadataDocuments", {"documents": ("https://claude.ai/oauth/*",)}, ("7/production",)
        ),
    )


def test_an_external_server_decides_its_lifetimes() -> None:
    access = snapshot(sample("stark"))
    assert (access.authority, access.registration_methods, access.people, access.lifetimes) == (
        "https://id.stark.example/oidc",
        (),
        {"9/production": EVERYONE, "9/test": EVERYONE},
        {},
    )


def test_a_registration_method_admits_its_own_people_to_a_resource_without_clients() -> None:
    declared = {
        "id": "acme",
        "workspaces": {"1": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "acme", "create": True},
                "registration": {
                    "dynamic": {
                        "redirectHosts": ["localhost"],
                        "senderHosts": ["office.acme.example"],
                        "access": ["1/test"],
                        "people": {"groups": ["testers", "planners"]},
                    }
                },
            }
        },
    }
    access = snapshot(declare(declared))
    assert access.people == {
        "1/production": NOBODY,
        "1/test": replace(PLANNERS, groups=("planners", "testers")),
    }
    (method,) = access.registration_methods
    assert (method.limits["senderHosts"], method.resources) == (("office.acme.example",), ("1/test",))


def test_the_order_of_entries_does_not_change_the_snapshot() -> None:
    parts: dict[str, dict[str, Any]] = {
        "a": {"grant": "client-credentials", "access": ["1/test", "1/production"]},
        "b": {
            "grant": "authorization-code",
            "access": ["*"],
            "people": {"groups": ["x", "a"]},
            "redirectUris": ["http://127.0.0.1/b", "http://127.0.0.1/a"],
            "webOrigins": ["https://b.example", "https://a.example"],
        },
    }
    turned = {
        name: {key: value[::-1] if isinstance(value, list) else value for key, value in parts[name].items()}
        for name in reversed(parts)
    }
    server = {"keycloak": {"url": "https://id.acme.example", "realm": {"name": "acme", "create": True}}}

    def access(clients: object, environments: list[str]) -> TenantAccess:
        workspaces = {"1": {"environments": environments}}
        return snapshot(
            declare(
                {"id": "acme", "workspaces": workspaces, "authorizationServer": server, "clients": clients}
            )
        )

    assert access(parts, ["production", "test"]) == access(turned, ["test", "production"])


class _Ids(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"id-of-{key}"


@pytest.mark.parametrize("stack", STACKS)
def test_the_settings_document_grants_the_same_access(stack: str) -> None:
    declaration = sample(stack)
    access = snapshot(declaration)
    document = declaration.kind.settings(declaration, _Ids())
    (server,) = document.authorization_servers
    listed_as_clients = {method.key for method in access.registration_methods} & {"vscode"}
    assert {
        client.name: (client.registration, client.grant.value, client.authentication, client.access)
        for client in server.clients
        if client.name not in listed_as_clients
    } == {
        client.name: (client.registration, client.grant, client.authentication, client.resources)
        for client in access.clients
    }
    for client in access.clients:
        client_id = next(at_server.client_id for at_server in server.clients if at_server.name == client.name)
        assert (client.client_id or client_id) == client_id
    assert {resource.key for resource in document.protected_resources} == set(access.resources) - set(
        access.pending
    )
    registration = server.registration
    opened = {"dynamic": registration.dynamic, "metadataDocuments": registration.metadata_documents}
    assert {key: method.access for key, method in opened.items() if method} == {
        method.key: method.resources
        for method in access.registration_methods
        if method.key not in listed_as_clients
    }
    assert access.authority in {server.authority, None}


FULL: dict[str, dict[str, Any]] = {
    "auth0": {"domain": "hooli.eu.auth0.com", "tokens": {"refresh": {}}},
    "keycloak": {"url": "https://id.acme.example", "realm": {"name": "acme", "create": True}},
    "scalekit": {"environmentUrl": "https://acme.scalekit.com"},
    "external": {"authority": "https://id.acme.example", "resources": {"1/a": {"scopes": ["a"]}}},
    "entra": {"tenantId": "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"},
}
"""The declaration of each kind of authorization server with all optional parts that contain a lifetime."""


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.key in FULL], ids=lambda kind: kind.key
)
def test_the_lifetimes_include_every_declarable_duration(kind: AuthorizationServerKind) -> None:
    declared = {
        "id": "acme",
        "workspaces": {"1": {"environments": ["a"]}},
        "authorizationServer": {kind.key: FULL[kind.key]},
    }
    assert set(snapshot(declare(declared)).lifetimes) == set(_durations(kind.declaration))


def test_flow_entra_has_no_durations() -> None:
    assert set(KINDS) - set(FULL) == {"flow-entra"}
    assert list(_durations(KINDS["flow-entra"].declaration)) == []


def _durations(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for field in model.model_fields.values():
        path = f"{above}{field.alias}"
        if any(isinstance(item, Form) and item.noun == "a duration" for item in field.metadata):
            yield path
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _durations(part, f"{path}.")
