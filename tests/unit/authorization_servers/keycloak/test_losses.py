"""What the destruction of a tenant loses in its realm."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.losses import losses
from flow_mcp.authorization_servers.load import from_configuration


def lost(realm: dict[str, Any], users: int | Exception | None) -> list[str]:
    keycloak = {"url": "https://id.example", "realm": {"name": "acme", **realm}}
    tenant = {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {"keycloak": keycloak},
        "clients": {
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "access": ["*"],
                "people": {"groups": ["planners"]},
            }
        },
    }

    def count(server: Keycloak) -> int | None:
        assert server.realm.name == "acme"
        if isinstance(users, Exception):
            raise users
        return users

    declaration = from_configuration(tenant, {"server": "https://flow.example"}, source="test").declaration
    return list(losses(declaration, count))


def test_an_existing_realm_loses_no_people() -> None:
    assert lost({"create": False}, 41) == []


def test_a_realm_that_stays_loses_the_members_of_the_stacks_groups() -> None:
    assert lost({"create": True}, 1) == [
        "The memberships of users in the groups planners.",
        "Not lost: the realm acme stays with its 1 user, and is closed for registration.",
    ]


@pytest.mark.parametrize(
    ("users", "people"),
    [
        (41, "its 41 users"),
        (None, "its users, whose number is unknown (the realm was deleted already)"),
        (AuthorizationServerError("403"), "its users, whose number is unknown (403)"),
    ],
)
def test_a_deletable_realm_is_lost_with_its_people(users: int | Exception | None, people: str) -> None:
    assert lost({"create": True, "deletable": True}, users) == [
        f"The realm acme with {people}: their passwords, sessions and group memberships, the realm's signing "
        "keys, and all clients and settings that others made in it."
    ]
