"""Tests of the registration resource on a real Keycloak: accepted registrations, and reads."""

from __future__ import annotations

from functools import partial

import httpx
import pytest

from flow_mcp.authorization_servers.keycloak.registration_resource import RegistrationResource
from flow_mcp.engine.plugin.resource import PartlyDoneError
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.live.registering.given import (
    ELSEWHERE,
    EVERYTHING,
    LOOPBACK,
    Connect,
    Declared,
    Refused,
    Severed,
)
from tests.live.registration import change, policy, register


def test_only_declared_redirect_hosts_are_accepted(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
    resource.create(declared())
    assert refused(redirect_uris=LOOPBACK) is None
    assert refused(redirect_uris=["http://localhost:6274/callback"]) == "Trusted Hosts"
    assert refused(redirect_uris=[*LOOPBACK, *ELSEWHERE]) == "Trusted Hosts"


def test_only_declared_senders_can_register_and_redirect_hosts_are_not_senders(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    registration = resource.create(declared(sender_hosts=["192.0.2.1"]))
    # A redirect host, here this machine's address, must not become a permitted sender.
    assert refused(redirect_uris=LOOPBACK) == "Trusted Senders"
    resource.update(
        registration.id,
        declared(sender_hosts=["127.0.0.1"], redirect_hosts=["claude.ai"]),
        registration.state,
    )
    assert refused(redirect_uris=["https://claude.ai/callback"]) is None
    # A sender's address must not become a redirect host.
    assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"


def test_closed_registration_rejects_all_clients(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    registration = resource.create(declared(sender_hosts=["127.0.0.1"]))
    assert refused(redirect_uris=LOOPBACK) is None
    resource.update(registration.id, declared(open=False, redirect_hosts=[]), registration.state)
    assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
    assert refused(grant_types=["client_credentials"]) == "Trusted Hosts"


def test_only_declared_scopes_can_be_requested(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    registration = resource.create(declared(allowed_scopes=["mcp:tools"]))
    assert refused(redirect_uris=LOOPBACK, scope="mcp:tools") is None
    assert refused(redirect_uris=LOOPBACK, scope="openid mcp:tools") == "Allowed Client Scopes"
    resource.update(registration.id, declared(allowed_scopes=["openid", "mcp:tools"]), registration.state)
    assert refused(redirect_uris=LOOPBACK, scope="openid mcp:tools") is None
    assert refused(redirect_uris=LOOPBACK, scope="openid service_account") == "Allowed Client Scopes"


def test_a_client_without_scope_gets_the_realms_optional_scopes(
    resource: RegistrationResource, declared: Declared, keycloak: LocalKeycloak, realm: str
) -> None:
    resource.create(declared(realm_optional_scopes=["mcp:tools"]))
    registered = register(keycloak.url, realm, redirect_uris=LOOPBACK).json()
    assert "mcp:tools" in registered["scope"].split()


def test_pages_can_register_only_from_declared_origins(
    resource: RegistrationResource, declared: Declared, keycloak: LocalKeycloak, realm: str
) -> None:
    resource.create(declared(cors_origins=["https://inspector.example"]))
    url = f"{keycloak.url}/realms/{realm}/clients-registrations/openid-connect"
    for origin, allowed in (
        ("https://inspector.example", "https://inspector.example"),
        ("https://x.example", None),
    ):
        headers = {"Origin": origin}
        answer = httpx.post(url, json={"redirect_uris": LOOPBACK}, headers=headers, trust_env=False)
        assert answer.headers.get("Access-Control-Allow-Origin") == allowed


def test_the_maximum_number_of_clients_is_enforced(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    resource.create(declared(maximum_clients=1))
    assert refused(redirect_uris=LOOPBACK) == "Max Clients Limit"


def test_a_read_returns_the_written_values(
    resource: RegistrationResource, declared: Declared, realm: str
) -> None:
    registration = resource.create(declared(**EVERYTHING))
    assert registration.state.former.attached_scopes == ("mcp:tools",)
    assert resource.read(realm, registration.state) == registration


def test_a_read_returns_manual_changes(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    registration = resource.create(declared(realm_optional_scopes=["mcp:tools"]))
    change(admin, realm, "Trusted Hosts", {"trusted-hosts": ["evil.example"]})
    admin.delete(f"{realm}/components/{policy(admin, realm, 'Consent Required')['id']}")
    for scope in admin.get(f"{realm}/default-optional-client-scopes").json():
        admin.delete(f"{realm}/default-optional-client-scopes/{scope['id']}")
    changed = {
        "redirect_hosts": ("evil.example",),
        "realm_optional_scopes": (),
        "deviations": ("the policy Consent Required is missing",),
    }
    current = resource.read(realm, registration.state)
    assert current
    assert current.state == registration.state.model_copy(update=changed)
    restored = resource.update(registration.id, declared(realm_optional_scopes=["mcp:tools"]), current.state)
    assert restored == registration.state
    assert resource.read(realm, restored) == registration


def test_nothing_is_written_if_the_realm_is_as_declared(
    api: Connect, resource: RegistrationResource, declared: Declared, realm: str
) -> None:
    registration = resource.create(declared())
    never = Severed(1, arrives=False)
    guarded = RegistrationResource(partial(api, transport=never))
    assert guarded.update(realm, declared(), registration.state) == registration.state
    assert guarded.create(declared()) == registration
    assert not never.broke


def test_an_unknown_scope_is_reported_and_registration_stays_closed(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    for unknown in ({"allowed_scopes": ["nope", "openid"]}, {"realm_optional_scopes": ["nope"]}):
        with pytest.raises(PartlyDoneError, match="Realm registering has no client scope nope"):
            resource.create(declared(**unknown))
        assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
