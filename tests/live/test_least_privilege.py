"""The accounts of docs/least-privilege.md on a real Keycloak: each is sufficient for a whole tenant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import PulumiError, ScratchProject
from tests.live.tenant import Tenant

REALM, ACCOUNT, SECRET = "least", "flow-mcp", "a secret of the tests"
MANAGER = ("manage-realm", "manage-clients", "manage-users")
UNCHANGED = ("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", REALM)


def declaration(keycloak: LocalKeycloak, *, create: bool) -> dict[str, Any]:
    realm = {"name": REALM, "create": create, **({"deletable": True} if create else {})}
    return {
        "id": REALM,
        "workspaces": {"7": {"environments": ["production"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "administration": {"realm": "master", "clientId": ACCOUNT},
                "realm": realm,
                "registration": {"dynamic": {"redirectHosts": ["127.0.0.1"], "access": ["*"]}}
                | ({} if create else {"manage": True}),
            }
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["*"]},
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "access": ["*"],
                "people": {"groups": ["planners"]},
            },
        },
    }


@contextmanager
def service_account(admin: httpx.Client, client: str, roles: Sequence[str]) -> Iterator[None]:
    """Create the account in the realm master with these roles of a client, or of the realm if it is empty."""
    confidential = {"clientId": ACCOUNT, "secret": SECRET, "serviceAccountsEnabled": True}
    created = admin.post("master/clients", json=confidential | {"standardFlowEnabled": False})
    path = created.headers["location"].partition("/realms/")[2]
    user = admin.get(f"{path}/service-account-user").json()
    container = "master"
    if client:
        [owner] = admin.get("master/clients", params={"clientId": client}).json()
        container = f"master/clients/{owner['id']}"
    assigned = [admin.get(f"{container}/roles/{role}").json() for role in roles]
    kind = f"clients/{container.rpartition('/')[2]}" if client else "realm"
    admin.post(f"master/users/{user['id']}/role-mappings/{kind}", json=assigned)
    try:
        yield
    finally:
        admin.delete(path)


@pytest.fixture
def tenant(module_scratch: ScratchProject) -> Tenant:
    return Tenant(REALM, replace(module_scratch, credentials={"KEYCLOAK_CLIENT_SECRET": SECRET}))


@pytest.fixture
def realm(admin: httpx.Client) -> Iterator[None]:
    """An existing realm with the group of people."""
    admin.post("", json={"realm": REALM, "enabled": True})
    admin.post(f"{REALM}/groups", json={"name": "planners"})
    yield
    admin.delete(REALM)


def _live(tenant: Tenant) -> None:
    tenant.create()
    tenant.up()
    tenant.scratch.pulumi(*UNCHANGED, "--refresh")
    tenant.scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", REALM)
    tenant.scratch.pulumi("stack", "rm", "--yes", "--preserve-config", REALM)


def test_the_role_create_realm_is_sufficient_for_a_realm_of_the_stack(
    tenant: Tenant, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    tenant.declare(declaration(keycloak, create=True))
    with service_account(admin, "", ["create-realm"]):
        _live(tenant)


@pytest.mark.usefixtures("realm")
def test_three_roles_are_sufficient_in_an_existing_realm_and_with_one_fewer_nothing_changes(
    tenant: Tenant, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    tenant.declare(declaration(keycloak, create=False))
    with service_account(admin, f"{REALM}-realm", MANAGER):
        _live(tenant)
    before = [admin.get(f"{REALM}/{path}").json() for path in ("clients", "client-scopes", "components")]
    tenant.create()
    with (
        service_account(admin, f"{REALM}-realm", MANAGER[:2]),
        pytest.raises(PulumiError, match=f"The administrator lacks manage-users on realm {REALM}"),
    ):
        tenant.up()
    tenant.scratch.pulumi("stack", "rm", "--yes", "--force", REALM)
    after = [admin.get(f"{REALM}/{path}").json() for path in ("clients", "client-scopes", "components")]
    assert after == before
