"""Tests that the registration resource restores a realm of a real Keycloak."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.registration_resource import RegistrationResource
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.live.registering.given import (
    ELSEWHERE,
    EVERYTHING,
    Declared,
    Refused,
)
from tests.live.registration import change, optional_scopes, policies, policy


def test_deleting_restores_everything(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    change(admin, realm, "Allowed Client Scopes", {"allowed-client-scopes": ["openid", "phone"]})
    change(admin, realm, "Max Clients Limit", {"max-clients": ["17"]})
    before, scopes = policies(admin, realm), optional_scopes(admin, realm)
    registration = resource.create(declared(**EVERYTHING))
    assert policies(admin, realm) != before
    resource.delete(registration.id, registration.state)
    assert policies(admin, realm) == before
    assert optional_scopes(admin, realm) == scopes


def test_existing_optional_scopes_are_kept(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    registration = resource.create(declared(realm_optional_scopes=["mcp:tools", "phone"]))
    changed = resource.update(registration.id, declared(), registration.state)
    assert optional_scopes(admin, realm) >= {"phone"}
    assert "mcp:tools" not in optional_scopes(admin, realm)
    resource.delete(registration.id, changed)
    assert "phone" in optional_scopes(admin, realm)


def test_a_missing_policy_is_added_and_its_removal_is_reported(
    resource: RegistrationResource,
    declared: Declared,
    refused: Refused,
    realm: str,
    admin: httpx.Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in ("Trusted Hosts", "Full Scope Disabled"):
        admin.delete(f"{realm}/components/{policy(admin, realm, name)['id']}")
    before = policies(admin, realm)
    assert refused(redirect_uris=ELSEWHERE) is None

    registration = resource.create(declared())
    assert refused(redirect_uris=ELSEWHERE) == "Trusted Hosts"
    assert policy(admin, realm, "Full Scope Disabled")["providerId"] == "scope"

    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource.delete(registration.id, registration.state)
    assert policies(admin, realm) == before
    assert "Trusted Hosts is deleted in realm registering, because" in caplog.messages[0]


def test_a_deleted_former_scope_is_omitted_and_reported(
    resource: RegistrationResource,
    declared: Declared,
    realm: str,
    admin: httpx.Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change(admin, realm, "Allowed Client Scopes", {"allowed-client-scopes": ["mcp:tools", "phone"]})
    registration = resource.create(declared())
    [scope] = [s for s in admin.get(f"{realm}/client-scopes").json() if s["name"] == "mcp:tools"]
    admin.delete(f"{realm}/client-scopes/{scope['id']}")
    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource.delete(registration.id, registration.state)
    assert policy(admin, realm, "Allowed Client Scopes")["config"]["allowed-client-scopes"] == ["phone"]
    assert caplog.messages == [
        "the scopes mcp:tools, formerly allowed for clients that register in realm registering, "
        "no longer exist"
    ]


def test_a_policy_that_was_changed_since_stays_and_a_warning_names_its_former_value(
    resource: RegistrationResource,
    declared: Declared,
    realm: str,
    admin: httpx.Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change(admin, realm, "Max Clients Limit", {"max-clients": ["17"]})
    before = policies(admin, realm)
    made = resource.create(declared(**EVERYTHING))
    by_hand = {
        "Max Clients Limit": {"max-clients": ["3"]},
        "Trusted Hosts": policy(admin, realm, "Trusted Hosts")["config"] | {"trusted-hosts": []},
        "Allowed Protocol Mapper Types": {"allowed-protocol-mapper-types": ["oidc-full-name-mapper"]},
    }
    for name, config in by_hand.items():
        change(admin, realm, name, config)
    changed = [policy for policy in policies(admin, realm) if _is_anonymous(policy, by_hand)]
    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource.delete(made.id, made.state)
    restored = [policy for policy in before if not _is_anonymous(policy, by_hand)]
    assert policies(admin, realm) == sorted([*restored, *changed], key=lambda p: (p["subType"], p["name"]))
    assert [message.partition(" was changed since this stack set it")[0] for message in caplog.messages] == [
        f"Allowed Protocol Mapper Types in realm {realm}",
        f"Max Clients Limit in realm {realm}",
        f"Trusted Hosts in realm {realm}",
    ]
    assert caplog.messages[1].endswith("Before this stack, it was: max-clients 17")


def test_the_original_values_are_restored_without_the_state(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    change(admin, realm, "Max Clients Limit", {"max-clients": ["17"]})
    admin.delete(f"{realm}/components/{policy(admin, realm, 'Consent Required')['id']}")
    before = policies(admin, realm)
    resource.create(declared(maximum_clients=50))
    registration = resource.create(declared(maximum_clients=60))
    resource.delete(registration.id, registration.state)
    assert policies(admin, realm) == before


def test_a_second_stack_cannot_manage_the_realm(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    registration = resource.create(declared())
    before = policies(admin, realm)
    with pytest.raises(OwnedByOthersError, match=r"managed by another stack \(flow-mcp:acme\)"):
        resource.create(declared(owner="flow-mcp:globex"))
    assert policies(admin, realm) == before
    resource.delete(registration.id, registration.state)
    other_registration = resource.create(declared(owner="flow-mcp:globex"))
    resource.delete(other_registration.id, other_registration.state)


def test_a_realm_with_two_policies_of_a_kind_is_not_changed(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    second = policy(admin, realm, "Trusted Hosts") | {"name": "More Trusted Hosts"}
    admin.post(f"{realm}/components", json={key: second[key] for key in second if key != "id"})
    before = policies(admin, realm)
    with pytest.raises(AuthorizationServerError, match=r"more than one .* trusted-hosts.*Delete all but one"):
        resource.create(declared())
    assert policies(admin, realm) == before


def test_a_deleted_realm_is_removed_from_the_state(
    resource: RegistrationResource, declared: Declared, admin: httpx.Client, realm: str
) -> None:
    registration = resource.create(declared())
    admin.delete(realm)
    assert resource.read(realm, registration.state) is None
    resource.delete(realm, registration.state)
    with pytest.raises(AuthorizationServerError, match="has no realm registering"):
        resource.create(declared())
    admin.post("", json={"realm": realm, "enabled": True})


def test_a_realm_is_imported_by_its_name(
    resource: RegistrationResource,
    declared: Declared,
    realm: str,
    keycloak: LocalKeycloak,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("KEYCLOAK_URL", raising=False)
    with pytest.raises(AuthorizationServerError, match="set KEYCLOAK_URL"):
        resource.read(realm, None)
    registration = resource.create(declared(maximum_clients=50))
    monkeypatch.setenv("KEYCLOAK_URL", keycloak.url)
    assert resource.read(realm, None) == registration


def _is_anonymous(policy: dict[str, Any], names: Iterable[str]) -> bool:
    return policy["subType"] == "anonymous" and policy["name"] in names
