"""Tests of a tenant in an existing realm, which is restored when the tenant is destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Validator
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant

_REALMS = ("of-somebody-else", "of.somebody else", "Éclair's 100%")


@pytest.fixture(params=_REALMS)
def realm(request: pytest.FixtureRequest, admin: httpx.Client) -> Iterator[str]:
    """A realm with a client, and with two groups of the same name."""
    name, path = request.param, quote(request.param, safe="")
    admin.post("", json={"realm": name, "enabled": True})
    for parent in ("contractors", "finance"):
        group_id = admin.post(f"{path}/groups", json={"name": parent}).headers["location"].rpartition("/")[2]
        for child in ("planners", "EMEA/APAC"):
            admin.post(f"{path}/groups/{group_id}/children", json={"name": f"{child}"})
    admin.post(f"{path}/clients", json={"clientId": "theirs", "optionalClientScopes": ["phone"]})
    yield name
    admin.delete(path)


_REFUSED = {
    "planners": "Declare its path: /contractors/planners or /finance/planners.",
    "/sales/planners": "declare an existing group, such as /contractors/planners, /finance/planners.",
}
"""Groups that cannot be used, with their error messages."""


def declaration(keycloak: LocalKeycloak, realm: str, *groups: str) -> dict[str, Any]:
    return {
        "id": "guest",
        "workspaces": {"7": {"environments": ["production"]}},
        "authorizationServer": {"keycloak": {"url": keycloak.url, "realm": {"name": realm, "create": False}}},
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["*"]},
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "access": ["*"],
                "people": {"groups": list(groups)},
            },
        },
    }


def test_creating_and_destroying_a_tenant_restores_the_realm(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client, realm: str
) -> None:
    before = _everything(admin, realm)
    tenant = Tenant("guest", module_scratch)
    tenant.create()
    for group, message in _REFUSED.items():
        tenant.declare(declaration(keycloak, realm, group))
        refused = module_scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "guest", check=False)
        assert refused.returncode
        assert message in refused.stdout
    assert _everything(admin, realm) == before

    tenant.declare(declaration(keycloak, realm, "/finance/planners", "/contractors/EMEA~/APAC"))
    tenant.up()
    assert {path for path, roles in _roles_of_groups(admin, realm).items() if roles} == {
        "/finance/planners",
        "/contractors/EMEA/APAC",
    }
    document = tenant.document
    agent = next(c for c in document.authorization_servers[0].clients if c.name == "agent")
    with httpx.Client() as http:
        token = tenant.program_token(http, agent, agent.token_requests[0])
    assert Validator(document).decide(agent.token_requests[0].resource, token).status == 200
    assert _everything(admin, realm) != before
    assert tenant.changes() == {}
    verified = flow_mcp(module_scratch, "verify", "guest")
    assert verified.returncode == 0, verified.stdout

    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", "guest")
    assert _everything(admin, realm) == before


def _everything(admin: httpx.Client, realm: str) -> dict[str, Any]:
    """Return the realm with its clients, scopes, roles, groups and policies in a stable order."""
    paths = ("clients", "client-scopes", "roles", "groups", "components", "client-policies/profiles")
    base = quote(realm, safe="")
    documents = {path: admin.get(f"{base}/{path}").json() for path in (*paths, "client-policies/policies")}
    stable = {
        path: sorted(things, key=str) if isinstance(things, list) else things
        for path, things in documents.items()
    }
    return {**stable, "realm": admin.get(base).json(), "roles of groups": _roles_of_groups(admin, realm)}


def _roles_of_groups(admin: httpx.Client, realm: str) -> dict[str, list[str]]:
    """Return the realm roles of each subgroup by its path."""
    base = quote(realm, safe="")
    parents = admin.get(f"{base}/groups").json()
    children = [
        child for parent in parents for child in admin.get(f"{base}/groups/{parent['id']}/children").json()
    ]
    return {
        child["path"]: admin.get(f"{base}/groups/{child['id']}").json()["realmRoles"] for child in children
    }


def test_a_group_keeps_its_people_when_its_path_is_declared_instead_of_its_name(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    admin.post("", json={"realm": "renaming", "enabled": True})
    finance = admin.post("renaming/groups", json={"name": "finance"}).headers["location"].rpartition("/")[2]
    admin.post(f"renaming/groups/{finance}/children", json={"name": "planners"})
    tenant = Tenant("guest", module_scratch)
    tenant.create()
    for group in ("planners", "/finance/planners", "planners"):
        tenant.declare(declaration(keycloak, "renaming", group))
        tenant.up()
        assert {path for path, roles in _roles_of_groups(admin, "renaming").items() if roles} == {
            "/finance/planners"
        }
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", "guest")
    admin.delete("renaming")
