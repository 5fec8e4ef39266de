"""Tests of preflight on a real Keycloak: one message for each conflict, and no changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    OwnedByOthersError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi
from flow_mcp.authorization_servers.keycloak.preflight import (
    KeycloakPreflight,
    PreflightArguments,
    PreflightResult,
)
from flow_mcp.local.keycloak.server import LocalKeycloak

REALM = "checked"
PASSWORD = "a password of the tests"


@pytest.fixture(scope="module", autouse=True)
def realm(admin: httpx.Client) -> Iterator[None]:
    """A realm of the stack acme, with a client of the stack and a manual one."""
    own = {"flowMcpOwner": "flow-mcp:acme"}
    admin.post("", json={"realm": REALM, "enabled": True, "attributes": own})
    admin.post(f"{REALM}/clients", json={"clientId": "agent", "attributes": own})
    admin.post(f"{REALM}/clients", json={"clientId": "theirs"})
    yield
    admin.delete(REALM)


@pytest.fixture
def everything(admin: httpx.Client) -> Iterator[None]:
    """Fail if a test changes anything that preflight reads."""
    paths = ("", f"{REALM}/clients", f"{REALM}/groups", f"{REALM}/components", f"{REALM}/client-scopes")
    before = [sorted(admin.get(path).json(), key=str) for path in paths]
    yield
    assert [sorted(admin.get(path).json(), key=str) for path in paths] == before


def preflight(
    keycloak: LocalKeycloak, environment: Mapping[str, str] | None = None, **changed: Any
) -> PreflightResult:
    as_admin = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}
    arguments = {"url": keycloak.url, "realm": REALM, "create": True, "owner": "flow-mcp:acme"}
    api = partial(AdminApi, environment=environment or as_admin)
    return KeycloakPreflight(api).call(PreflightArguments(**arguments | changed))


@pytest.fixture
def as_administrator(admin: httpx.Client) -> Iterator[Any]:
    """Create an administrator with some roles only, and return the environment with the credentials."""
    created: list[tuple[str, str]] = []

    def make(roles: Mapping[str, list[str]], realm: str = "master") -> dict[str, str]:
        user = {"username": "limited", "enabled": True, "email": "l@acme.example", "emailVerified": True}
        secret = {"type": "password", "value": PASSWORD}
        names = {"firstName": "Limited", "lastName": "Administrator"}
        admin.post(f"{realm}/users", json=user | names | {"credentials": [secret]})
        [created_user] = admin.get(f"{realm}/users", params={"username": "limited", "exact": "true"}).json()
        created.append((realm, created_user["id"]))
        for client, role_names in roles.items():
            if client:
                [owner] = admin.get(f"{realm}/clients", params={"clientId": client}).json()
                given = [admin.get(f"{realm}/clients/{owner['id']}/roles/{r}").json() for r in role_names]
                path = f"clients/{owner['id']}"
            else:
                given, path = [admin.get(f"{realm}/roles/{r}").json() for r in role_names], "realm"
            admin.post(f"{realm}/users/{created_user['id']}/role-mappings/{path}", json=given)
        return {"KEYCLOAK_USER": "limited", "KEYCLOAK_PASSWORD": PASSWORD}

    yield make
    for realm, user_id in created:
        admin.delete(f"{realm}/users/{user_id}")


@pytest.mark.usefixtures("everything")
def test_valid_tenants_pass_the_preflight(keycloak: LocalKeycloak) -> None:
    assert preflight(keycloak, client_ids=["agent", "new"]) == PreflightResult(
        realm_exists=True, version="26.7.4"
    )
    assert not preflight(keycloak, realm="new").realm_exists
    assert preflight(keycloak, realm="master", create=False).realm_exists


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("changed", "kind", "message"),
    [
        (
            {"url": "http://127.0.0.1:9"},
            UnreachableError,
            "cannot be reached: connection refused",
        ),
        ({"url": "http://keycloak.invalid"}, UnreachableError, r"keycloak\.invalid cannot be reached: .*not"),
        (
            {"admin_realm": "nowhere"},
            CredentialsError,
            "no realm nowhere, which is declared as the administrator",
        ),
        (
            {"realm": "nowhere", "create": False},
            AuthorizationServerError,
            r"has no realm nowhere\. .* create",
        ),
        ({"owner": "flow-mcp:globex"}, OwnedByOthersError, "Realm checked .* was not created by this stack"),
        ({"realm": "master"}, OwnedByOthersError, "Realm master .* create: false"),
        (
            {"client_ids": ["agent", "theirs"]},
            OwnedByOthersError,
            "Client ID theirs is taken in",
        ),
        ({"admin_client_id": "account"}, CredentialsError, "with client account"),
    ],
)
def test_conflicting_resources_are_reported(
    keycloak: LocalKeycloak, changed: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as raised:
        preflight(keycloak, **changed)
    assert keycloak.admin_password not in str(raised.value)


def test_a_wrong_base_path_is_distinguished_from_an_unreachable_keycloak(keycloak: LocalKeycloak) -> None:
    with pytest.raises(UnreachableError, match=r"no Keycloak at .*/auth: .* 404.*--http-relative-path"):
        preflight(keycloak, url=f"{keycloak.url}/auth")


def test_https_at_a_port_without_tls_is_reported(keycloak: LocalKeycloak) -> None:
    with pytest.raises(UnreachableError, match="cannot be reached: no TLS connection"):
        preflight(keycloak, url=keycloak.url.replace("http://", "https://"))


def test_rejected_credentials_are_reported_and_not_shown(keycloak: LocalKeycloak) -> None:
    wrong = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": "wr0ng"}
    with pytest.raises(CredentialsError, match="Correct KEYCLOAK_USER and KEYCLOAK_PASSWORD") as raised:
        preflight(keycloak, wrong)
    assert "wr0ng" not in str(raised.value)


def test_a_program_signs_in_with_its_secret(keycloak: LocalKeycloak, admin: httpx.Client) -> None:
    admin.post(
        "master/clients",
        json={"clientId": "robot", "secret": "s-1", "serviceAccountsEnabled": True, "publicClient": False},
    )
    [robot] = admin.get("master/clients", params={"clientId": "robot"}).json()
    account = admin.get(f"master/clients/{robot['id']}/service-account-user").json()
    role = admin.get("master/roles/create-realm").json()
    admin.post(f"master/users/{account['id']}/role-mappings/realm", json=[role])
    with_secret = {"KEYCLOAK_CLIENT_SECRET": "s-1"}
    assert not preflight(keycloak, with_secret, admin_client_id="robot", realm="new").realm_exists
    with pytest.raises(CredentialsError, match="Correct KEYCLOAK_CLIENT_SECRET"):
        preflight(keycloak, {"KEYCLOAK_CLIENT_SECRET": "s-2"}, admin_client_id="robot")
    admin.delete(f"master/clients/{robot['id']}")


MANAGER = ["manage-realm", "manage-clients", "manage-users"]


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        ({}, "every role"),
        ({f"{REALM}-realm": ["view-realm", "view-clients"]}, "manage-realm, manage-clients, manage-users"),
        ({f"{REALM}-realm": ["manage-clients"]}, "manage-realm, manage-users"),
        ({f"{REALM}-realm": ["manage-clients", "manage-users"]}, "manage-realm"),
        ({f"{REALM}-realm": ["manage-clients", "manage-realm"]}, "manage-users"),
    ],
)
def test_missing_permissions_in_a_realm_are_reported(
    keycloak: LocalKeycloak, as_administrator: Any, roles: Mapping[str, list[str]], missing: str
) -> None:
    environment = as_administrator(roles)
    with pytest.raises(RightsError, match=f"lacks {missing} on realm .* Give the account"):
        preflight(keycloak, environment)


@pytest.mark.usefixtures("everything")
def test_the_documented_roles_are_sufficient(keycloak: LocalKeycloak, as_administrator: Any) -> None:
    environment = as_administrator({f"{REALM}-realm": MANAGER, "": ["create-realm"]})
    assert preflight(keycloak, environment, client_ids=["agent"]) == PreflightResult(realm_exists=True)
    assert not preflight(keycloak, environment, realm="new").realm_exists


@pytest.mark.usefixtures("everything")
def test_an_administrator_of_the_realm_is_sufficient(keycloak: LocalKeycloak, as_administrator: Any) -> None:
    environment = as_administrator({"realm-management": MANAGER}, REALM)
    other_owner = "flow-mcp:somebody-else"
    assert preflight(keycloak, environment, admin_realm=REALM, create=False, owner=other_owner).realm_exists


@pytest.mark.usefixtures("everything")
def test_a_missing_permission_to_create_realms_is_reported(
    keycloak: LocalKeycloak, as_administrator: Any
) -> None:
    environment = as_administrator({f"{REALM}-realm": MANAGER})
    with pytest.raises(
        RightsError, match=r"may not create realm new .* the realm role create-realm in realm"
    ):
        preflight(keycloak, environment, realm="new")
