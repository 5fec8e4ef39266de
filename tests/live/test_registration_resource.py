"""The registration resource on a real Keycloak: who may register, and that everything is put back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    OwnedByOthersError,
    UnreachableError,
)
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.registration_policies import RegistrationInputs
from flow_mcp.authorization_servers.keycloak.registration_resource import RegistrationResource
from flow_mcp.dev.server import LocalKeycloak
from flow_mcp.plugin.resource import Made, PartlyDoneError
from tests.live.registration import Realm, change, optional_scopes, policies, policy, refusal, register

REALM = "registering"
LOOPBACK = ["http://127.0.0.1:6274/callback"]
ELSEWHERE = ["https://evil.example/callback"]
EVERYTHING = {
    "sender_hosts": ["127.0.0.1"],
    "allowed_scopes": ["openid", "mcp:tools"],
    "cors_origins": ["https://inspector.example"],
    "maximum_clients": 50,
    "realm_optional_scopes": ["mcp:tools", "phone"],
}


class Severed(httpx.BaseTransport):
    """A real connection that breaks at one writing request, before it arrives or after it was carried out."""

    def __init__(self, at: int, *, arrives: bool) -> None:
        self._inner = httpx.HTTPTransport()
        self._left, self._arrives = at, arrives
        self.broke = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or request.url.path.endswith("/token"):
            return self._inner.handle_request(request)
        self._left -= 1
        if self._left:
            return self._inner.handle_request(request)
        self.broke = True
        if self._arrives:
            self._inner.handle_request(request).read()
        raise httpx.ReadTimeout("severed")

    def close(self) -> None:
        self._inner.close()


@pytest.fixture
def api(keycloak: LocalKeycloak) -> Callable[..., AdminApi]:
    environment = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}

    def made(administration: Administration, transport: httpx.BaseTransport | None = None) -> AdminApi:
        return AdminApi(administration, environment, transport)

    return made


@pytest.fixture
def resource(api: Callable[..., AdminApi]) -> RegistrationResource:
    return RegistrationResource(api)


@pytest.fixture(scope="module")
def fresh_realm(admin: httpx.Client) -> Iterator[Realm]:
    """A realm as Keycloak makes it, with a client scope of its own; once for all tests, for it takes long."""
    admin.post("", json={"realm": REALM, "enabled": True})
    yield Realm(admin, REALM)
    admin.delete(REALM)


@pytest.fixture
def realm(fresh_realm: Realm) -> Iterator[str]:
    """That realm, fresh for each test."""
    yield fresh_realm.name
    fresh_realm.renew()


@pytest.fixture
def declared(keycloak: LocalKeycloak) -> Callable[..., RegistrationInputs]:
    """Open registration for this machine, unless something else is said."""

    def inputs(**changed: Any) -> RegistrationInputs:
        open_ = {"open": True, "redirect_hosts": ["127.0.0.1"], "owner": "flow-mcp:acme"}
        return RegistrationInputs(url=keycloak.url, realm=REALM, **open_ | changed)

    return inputs


@pytest.fixture
def refused(keycloak: LocalKeycloak, realm: str) -> Callable[..., str | None]:
    """The policy that refuses such a registration; None when it is accepted."""

    def answer(**metadata: Any) -> str | None:
        return refusal(register(keycloak.url, realm, **metadata))

    return answer


Declared = Callable[..., RegistrationInputs]
Refused = Callable[..., str | None]


def test_only_declared_redirect_hosts_register(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
    resource.create(declared())
    assert refused(redirect_uris=LOOPBACK) is None
    assert refused(redirect_uris=["http://localhost:6274/callback"]) == "Trusted Hosts"
    assert refused(redirect_uris=[*LOOPBACK, *ELSEWHERE]) == "Trusted Hosts"


def test_only_declared_senders_register_and_a_redirect_host_is_none(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    made = resource.create(declared(sender_hosts=["192.0.2.1"]))
    # This machine's address is a redirect host here, which must not make it a sender.
    assert refused(redirect_uris=LOOPBACK) == "Trusted Senders"
    resource.update(made.id, declared(sender_hosts=["127.0.0.1"], redirect_hosts=["claude.ai"]), made.state)
    assert refused(redirect_uris=["https://claude.ai/callback"]) is None
    # Nor does a sender's address make a redirect host.
    assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"


def test_closed_registration_refuses_everybody(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    made = resource.create(declared(sender_hosts=["127.0.0.1"]))
    assert refused(redirect_uris=LOOPBACK) is None
    resource.update(made.id, declared(open=False, redirect_hosts=[]), made.state)
    assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
    assert refused(grant_types=["client_credentials"]) == "Trusted Hosts"


def test_only_declared_scopes_may_be_asked_for(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    made = resource.create(declared(allowed_scopes=["mcp:tools"]))
    assert refused(redirect_uris=LOOPBACK, scope="mcp:tools") is None
    assert refused(redirect_uris=LOOPBACK, scope="openid mcp:tools") == "Allowed Client Scopes"
    resource.update(made.id, declared(allowed_scopes=["openid", "mcp:tools"]), made.state)
    assert refused(redirect_uris=LOOPBACK, scope="openid mcp:tools") is None
    assert refused(redirect_uris=LOOPBACK, scope="openid service_account") == "Allowed Client Scopes"


def test_a_client_that_asks_for_no_scope_gets_the_realm_s_optional_ones(
    resource: RegistrationResource, declared: Declared, keycloak: LocalKeycloak, realm: str
) -> None:
    resource.create(declared(realm_optional_scopes=["mcp:tools"]))
    registered = register(keycloak.url, realm, redirect_uris=LOOPBACK).json()
    assert "mcp:tools" in registered["scope"].split()


def test_pages_register_only_from_declared_origins(
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


def test_no_more_clients_than_the_maximum(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    resource.create(declared(maximum_clients=1))
    assert refused(redirect_uris=LOOPBACK) == "Max Clients Limit"


def test_reading_gives_what_was_written(
    resource: RegistrationResource, declared: Declared, realm: str
) -> None:
    made = resource.create(declared(**EVERYTHING))
    assert made.state.former.attached_scopes == ("mcp:tools",)
    assert resource.read(realm, made.state) == made


def test_reading_shows_what_was_changed_by_hand(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    made = resource.create(declared(realm_optional_scopes=["mcp:tools"]))
    change(admin, realm, "Trusted Hosts", {"trusted-hosts": ["evil.example"]})
    admin.delete(f"{realm}/components/{policy(admin, realm, 'Consent Required')['id']}")
    for scope in admin.get(f"{realm}/default-optional-client-scopes").json():
        admin.delete(f"{realm}/default-optional-client-scopes/{scope['id']}")
    changed = {
        "redirect_hosts": ("evil.example",),
        "realm_optional_scopes": (),
        "deviations": ("the policy Consent Required is missing",),
    }
    found = resource.read(realm, made.state)
    assert found
    assert found.state == made.state.model_copy(update=changed)
    mended = resource.update(made.id, declared(realm_optional_scopes=["mcp:tools"]), found.state)
    assert mended == made.state
    assert resource.read(realm, mended) == made


def test_nothing_is_written_where_all_is_as_declared(
    api: Callable[..., AdminApi], resource: RegistrationResource, declared: Declared, realm: str
) -> None:
    made = resource.create(declared())
    never = Severed(1, arrives=False)
    guarded = RegistrationResource(partial(api, transport=never))
    assert guarded.update(realm, declared(), made.state) == made.state
    assert guarded.create(declared()) == made
    assert not never.broke


def test_deleting_puts_everything_back(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    change(admin, realm, "Allowed Client Scopes", {"allowed-client-scopes": ["openid", "phone"]})
    change(admin, realm, "Max Clients Limit", {"max-clients": ["17"]})
    before, scopes = policies(admin, realm), optional_scopes(admin, realm)
    made = resource.create(declared(**EVERYTHING))
    assert policies(admin, realm) != before
    resource.delete(made.id, made.state)
    assert policies(admin, realm) == before
    assert optional_scopes(admin, realm) == scopes


def test_scopes_that_were_optional_before_stay_so(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    made = resource.create(declared(realm_optional_scopes=["mcp:tools", "phone"]))
    changed = resource.update(made.id, declared(), made.state)
    assert optional_scopes(admin, realm) >= {"phone"}
    assert "mcp:tools" not in optional_scopes(admin, realm)
    resource.delete(made.id, changed)
    assert "phone" in optional_scopes(admin, realm)


def test_a_missing_policy_is_added_and_its_removal_is_said(
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

    made = resource.create(declared())
    assert refused(redirect_uris=ELSEWHERE) == "Trusted Hosts"
    assert policy(admin, realm, "Full Scope Disabled")["providerId"] == "scope"

    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource.delete(made.id, made.state)
    assert policies(admin, realm) == before
    assert "Trusted Hosts was missing in realm registering before" in caplog.messages[0]


def test_a_former_scope_that_is_gone_is_left_out_and_that_is_said(
    resource: RegistrationResource,
    declared: Declared,
    realm: str,
    admin: httpx.Client,
    caplog: pytest.LogCaptureFixture,
) -> None:
    change(admin, realm, "Allowed Client Scopes", {"allowed-client-scopes": ["mcp:tools", "phone"]})
    made = resource.create(declared())
    [scope] = [s for s in admin.get(f"{realm}/client-scopes").json() if s["name"] == "mcp:tools"]
    admin.delete(f"{realm}/client-scopes/{scope['id']}")
    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource.delete(made.id, made.state)
    assert policy(admin, realm, "Allowed Client Scopes")["config"]["allowed-client-scopes"] == ["phone"]
    assert caplog.messages == [
        "the scopes mcp:tools, formerly allowed to clients that register in realm registering, are gone"
    ]


@pytest.mark.parametrize("arrives", [False, True])
def test_a_create_that_is_cut_off_anywhere_leaves_nothing_open_and_is_completed(
    arrives: bool,
    api: Callable[..., AdminApi],
    resource: RegistrationResource,
    declared: Declared,
    refused: Refused,
    realm: str,
    admin: httpx.Client,
) -> None:
    inputs = declared(**EVERYTHING)
    before, scopes = policies(admin, realm), optional_scopes(admin, realm)
    for severed in _severed_everywhere(arrives=arrives):
        try:
            made = RegistrationResource(partial(api, transport=severed)).create(inputs)
        except PartlyDoneError as partly:
            made = partly.made
            assert made.state.deviations == ("it was not finished",)
            # What was asked for last may have been carried out: then all is as declared.
            assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts" or resource.read(realm, made.state) == (
                Made(realm, made.state.model_copy(update={"deviations": ()}))
            )
            made = Made(realm, resource.update(realm, inputs, made.state))
        except UnreachableError:
            assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
            made = resource.create(inputs)
        assert refused(redirect_uris=LOOPBACK) is None
        assert resource.read(realm, made.state) == made
        resource.delete(realm, made.state)
        assert policies(admin, realm) == before
        assert optional_scopes(admin, realm) == scopes


def test_a_delete_that_is_cut_off_anywhere_is_completed(
    api: Callable[..., AdminApi],
    resource: RegistrationResource,
    declared: Declared,
    refused: Refused,
    realm: str,
    admin: httpx.Client,
) -> None:
    before, scopes = policies(admin, realm), optional_scopes(admin, realm)
    for severed in _severed_everywhere(arrives=False):
        made = resource.create(declared(**EVERYTHING))
        with suppress(UnreachableError):
            RegistrationResource(partial(api, transport=severed)).delete(realm, made.state)
        if severed.broke:
            resource.delete(realm, made.state)
        assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
        assert policies(admin, realm) == before
        assert optional_scopes(admin, realm) == scopes


def _severed_everywhere(*, arrives: bool) -> Iterator[Severed]:
    """A connection that breaks at the first writing request, at the second…, until one does not break."""
    for at in range(1, 100):
        severed = Severed(at, arrives=arrives)
        yield severed
        if not severed.broke:
            assert at > 10
            return
    pytest.fail("more than 100 writing requests")


def test_what_was_there_first_is_found_again_when_pulumi_forgot_it(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    change(admin, realm, "Max Clients Limit", {"max-clients": ["17"]})
    admin.delete(f"{realm}/components/{policy(admin, realm, 'Consent Required')['id']}")
    before = policies(admin, realm)
    resource.create(declared(maximum_clients=50))
    made = resource.create(declared(maximum_clients=60))
    resource.delete(made.id, made.state)
    assert policies(admin, realm) == before


def test_two_stacks_do_not_manage_one_realm(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    made = resource.create(declared())
    before = policies(admin, realm)
    with pytest.raises(OwnedByOthersError, match=r"managed by another stack \(flow-mcp:acme\)"):
        resource.create(declared(owner="flow-mcp:globex"))
    assert policies(admin, realm) == before
    resource.delete(made.id, made.state)
    other = resource.create(declared(owner="flow-mcp:globex"))
    resource.delete(other.id, other.state)


def test_a_realm_with_two_policies_of_a_kind_is_left_alone(
    resource: RegistrationResource, declared: Declared, realm: str, admin: httpx.Client
) -> None:
    second = policy(admin, realm, "Trusted Hosts") | {"name": "More Trusted Hosts"}
    admin.post(f"{realm}/components", json={key: second[key] for key in second if key != "id"})
    before = policies(admin, realm)
    with pytest.raises(AuthorizationServerError, match=r"more than one .* trusted-hosts.*remove all but one"):
        resource.create(declared())
    assert policies(admin, realm) == before


def test_an_unknown_scope_is_named_and_nothing_is_opened(
    resource: RegistrationResource, declared: Declared, refused: Refused
) -> None:
    for unknown in ({"allowed_scopes": ["nope", "openid"]}, {"realm_optional_scopes": ["nope"]}):
        with pytest.raises(PartlyDoneError, match="Realm registering has no client scope nope"):
            resource.create(declared(**unknown))
        assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"


def test_a_realm_that_is_gone_is_gone(
    resource: RegistrationResource, declared: Declared, admin: httpx.Client, realm: str
) -> None:
    made = resource.create(declared())
    admin.delete(realm)
    assert resource.read(realm, made.state) is None
    resource.delete(realm, made.state)
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
    made = resource.create(declared(maximum_clients=50))
    monkeypatch.setenv("KEYCLOAK_URL", keycloak.url)
    assert resource.read(realm, None) == made
