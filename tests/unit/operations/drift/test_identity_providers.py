"""Identity providers of a realm that the stack did not create, and scopes that new clients get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak.appeared import appeared
from flow_mcp.operations.drift.keycloak.appeared_access import scopes_of_new_clients
from flow_mcp.operations.drift.keycloak.appeared_identity import identity_providers
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.review.diff.change import Risk

_FLOW = "https://app.profitbase.biz/flow"
_ROLE = "flow-mcp:acme:1:test:people"
_PROVIDERS = "/realms/acme/identity-provider/instances"


class RealmInMemory:
    """Answers requests from prepared lists by path; an unprepared path has an empty list.

    Raises:
        RightsError: the path is prepared with None.
    """

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def get(self, path: str, **_: Any) -> Any:
        answer = self._content.get(path, {} if path.endswith("policies") else [])
        if answer is None:
            raise RightsError(f"The administrator may not GET {path}.")
        return answer


def resource(type_: str, resource_name: str, **before: Any) -> Resource:
    urn = f"urn:pulumi:acme::flow-mcp::keycloak:index/x:{type_}::{resource_name}"
    return Resource(urn, "same", before, before, ())


def managed(*, create: bool, people: Any = "everyone") -> Managed:
    tenant = {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.example", "realm": {"name": "acme", "create": create}}
        },
        "clients": {
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/cb"],
                "access": ["1/test"],
                "people": people,
            }
        },
    }
    declaration = from_configuration(tenant, {"server": _FLOW}, source="acme").declaration
    return Managed(
        Refreshed(
            declaration,
            (
                resource("ClientScope", "1/test", id="s-1"),
                resource("Role", "1/test-people-role", name=_ROLE),
                resource("KeycloakIdentityProvider", "company https://ours", alias="ours"),
                resource("KeycloakClientRegistration", "registration", realmOptionalScopes=["declared"]),
            ),
        )
    )


def realm(content: Mapping[str, Any]) -> Realm:
    return Realm(RealmInMemory(content), "acme")  # type: ignore[arg-type]


def provider(alias: str, *, enabled: bool = True, link_only: bool = False, **config: str) -> dict[str, Any]:
    return {"alias": alias, "enabled": enabled, "linkOnly": link_only, "config": config}


def mapper(name: str, **config: str) -> dict[str, Any]:
    return {"id": name, "name": name, "config": config}


def item(alias: str, text: str, risk: Risk, *opens: str) -> Appeared:
    return Appeared("identity-provider", alias, "", f"{alias}: {text}", risk, opens)


def test_identity_providers_of_the_stacks_own_realm_are_listed_with_what_they_open() -> None:
    providers = [
        provider("ours"),
        provider("partner"),
        provider("off", enabled=False),
        provider("links", link_only=True),
        provider("tokens", link_only=True, supportsClientAssertions="true"),
        provider("grants", link_only=True, jwtAuthorizationGrantEnabled="true"),
    ]
    listed = [*identity_providers(realm({_PROVIDERS: providers}), managed(create=True))]
    assert listed == [
        item("grants", "Clients can redeem its assertions for tokens.", Risk.HIGH),
        item("links", "Users can only link their accounts to it.", Risk.LOW),
        item("off", "It is disabled.", Risk.LOW),
        item("partner", "Its people can sign in and reach 1/test.", Risk.HIGH, "1/test"),
        item("tokens", "Its tokens can authenticate clients.", Risk.HIGH),
    ]


def test_only_mappers_that_give_access_are_listed_in_an_existing_realm() -> None:
    content = {
        _PROVIDERS: [provider("ours"), provider("partner")],
        f"{_PROVIDERS}/ours/mappers": [mapper("sneaky", role=_ROLE)],
        f"{_PROVIDERS}/partner/mappers": [
            mapper("subgroup", group="/planners/juniors"),
            mapper("composite", role="boss"),
            mapper("elsewhere", group="/plannersX"),
            mapper("other", role="sales"),
            mapper("attribute", claim="department"),
        ],
        "/realms/acme/roles": [
            {"name": "boss", "id": "r-1", "composite": True},
            {"name": _ROLE, "id": "r-2"},
        ],
        "/realms/acme/roles-by-id/r-1/composites": [{"name": _ROLE}],
        f"/realms/acme/roles/{_ROLE.replace(':', '%3A')}/groups": [{"path": "/planners"}],
    }
    listed = [*identity_providers(realm(content), managed(create=False, people={"groups": ["planners"]}))]
    assert [(entry.kind, entry.within, entry.name, entry.opens) for entry in listed] == [
        ("identity-provider-mapper", "ours", "sneaky", ("1/test",)),
        ("identity-provider-mapper", "partner", "composite", ("1/test",)),
        ("identity-provider-mapper", "partner", "subgroup", ("1/test",)),
    ]
    assert listed[2].text == (
        "subgroup of the identity provider partner: people who sign in through it can get the group "
        "/planners/juniors and reach 1/test."
    )


def test_an_administrator_without_the_role_gets_the_other_objects_and_a_note() -> None:
    client = {"id": "c-1", "clientId": "intruder", "enabled": True}
    content = {_PROVIDERS: None, "/realms/acme/clients": [client]}
    listed, unread = appeared(realm(content), managed(create=True))
    assert [(entry.kind, entry.name) for entry in listed] == [("client", "intruder")]
    assert unread == (
        "Identity providers are not listed: the administrator lacks the realm-management role "
        "view-identity-providers.",
    )


@pytest.mark.parametrize(
    ("kind", "name", "listed"),
    [("default", "declared", True), ("optional", "declared", False), ("optional", "other", True)],
)
def test_a_scope_of_new_clients_that_no_registration_method_declares_is_listed(
    kind: str, name: str, listed: bool
) -> None:
    scope = {"id": "s-1", "name": name}
    content = {
        "/realms/acme/client-scopes": [scope, {"id": "s-2", "name": "profile"}],
        f"/realms/acme/default-{kind}-client-scopes": [scope, {"id": "s-2", "name": "profile"}],
    }
    items = scopes_of_new_clients(realm(content), managed(create=False))
    assert [(entry.name, entry.within, entry.opens) for entry in items] == (
        [(name, kind, ("1/test",))] if listed else []
    )
