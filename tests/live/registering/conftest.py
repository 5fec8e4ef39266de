"""Fixtures: the registration resource and a realm of a real Keycloak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.registration_policies import RegistrationInputs
from flow_mcp.authorization_servers.keycloak.registration_resource import RegistrationResource
from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.live.registering.given import (
    REALM,
    Connect,
)
from tests.live.registration import Realm, refusal, register


@pytest.fixture
def api(keycloak: LocalKeycloak) -> Connect:
    environment = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}

    def connect(administration: Administration, transport: httpx.BaseTransport | None = None) -> AdminApi:
        return AdminApi(administration, environment, transport)

    return connect


@pytest.fixture
def resource(api: Connect) -> RegistrationResource:
    return RegistrationResource(api)


@pytest.fixture(scope="module")
def fresh_realm(admin: httpx.Client) -> Iterator[Realm]:
    """A new realm with one more client scope; created once for all tests, because it is slow."""
    admin.post("", json={"realm": REALM, "enabled": True})
    yield Realm(admin, REALM)
    admin.delete(REALM)


@pytest.fixture
def realm(fresh_realm: Realm) -> Iterator[str]:
    """That realm, restored for each test."""
    yield fresh_realm.name
    fresh_realm.renew()


@pytest.fixture
def declared(keycloak: LocalKeycloak) -> Callable[..., RegistrationInputs]:
    """Return inputs for open registration of this machine, with changes."""

    def inputs(**changed: Any) -> RegistrationInputs:
        open_ = {"open": True, "redirect_hosts": ["127.0.0.1"], "owner": "flow-mcp:acme"}
        return RegistrationInputs(url=keycloak.url, realm=REALM, **open_ | changed)

    return inputs


@pytest.fixture
def refused(keycloak: LocalKeycloak, realm: str) -> Callable[..., str | None]:
    """Return the policy that rejects such a registration; None if it is accepted."""

    def answer(**metadata: Any) -> str | None:
        return refusal(register(keycloak.url, realm, **metadata))

    return answer
