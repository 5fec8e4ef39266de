"""A tenant in a realm that exists: it is used as it is, and is as it was when the tenant goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flow_mcp.dev.server import LocalKeycloak
from flow_mcp.runtime import Validator
from flow_mcp.trial import Trial
from tests.live.tenant import Tenant

_REALM = "of-somebody-else"


@pytest.fixture
def realm(admin: httpx.Client) -> Iterator[str]:
    """A realm with a group and a client of its own."""
    admin.post("", json={"realm": _REALM, "enabled": True})
    admin.post(f"{_REALM}/groups", json={"name": "planners"})
    admin.post(f"{_REALM}/clients", json={"clientId": "theirs", "optionalClientScopes": ["phone"]})
    yield _REALM
    admin.delete(_REALM)


def test_a_tenant_comes_and_goes_and_the_realm_is_as_it_was(
    module_trial: Trial, keycloak: LocalKeycloak, admin: httpx.Client, realm: str
) -> None:
    before = _everything(admin, realm)
    tenant = Tenant("guest", module_trial)
    tenant.create()
    tenant.declare(
        {
            "id": "guest",
            "workspaces": {"7": {"environments": ["production"]}},
            "authorizationServer": {
                "keycloak": {"url": keycloak.url, "realm": {"name": realm, "create": False}}
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
    )
    tenant.up()
    document = tenant.document
    agent = next(c for c in document.authorization_servers[0].clients if c.name == "agent")
    with httpx.Client() as http:
        token = tenant.program_token(http, agent, agent.token_requests[0])
    assert Validator(document).decide(agent.token_requests[0].resource, token).status == 200
    assert _everything(admin, realm) != before
    assert tenant.changes() == {}

    module_trial.pulumi("destroy", "--yes", "--skip-preview", "--stack", "guest")
    assert _everything(admin, realm) == before


def _everything(admin: httpx.Client, realm: str) -> dict[str, Any]:
    """The realm with its clients, scopes, roles, groups and policies, in a stable order."""
    paths = ("clients", "client-scopes", "roles", "groups", "components", "client-policies/profiles")
    found = {path: admin.get(f"{realm}/{path}").json() for path in (*paths, "client-policies/policies")}
    roles = {g["name"]: admin.get(f"{realm}/groups/{g['id']}").json()["realmRoles"] for g in found["groups"]}
    stable = {
        path: sorted(things, key=str) if isinstance(things, list) else things
        for path, things in found.items()
    }
    return {**stable, "realm": admin.get(realm).json(), "roles of groups": roles}
