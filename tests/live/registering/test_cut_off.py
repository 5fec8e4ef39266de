"""Tests of interrupted changes: registration stays closed, and the next run completes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import httpx
import pytest

from flow_mcp.authorization_servers.errors import UnreachableError
from flow_mcp.authorization_servers.keycloak.registration_resource import RegistrationResource
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError
from tests.live.registering.given import (
    EVERYTHING,
    LOOPBACK,
    Connect,
    Declared,
    Refused,
    Severed,
)
from tests.live.registration import optional_scopes, policies


@pytest.mark.parametrize("arrives", [False, True])
def test_an_interrupted_create_leaves_registration_closed_and_is_completed(
    arrives: bool,
    api: Connect,
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
            registration = RegistrationResource(partial(api, transport=severed)).create(inputs)
        except PartlyDoneError as partly:
            registration = partly.made
            assert registration.state.deviations == ("the last update was not completed",)
            # The last request may have been executed: then everything is as declared.
            assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts" or resource.read(
                realm, registration.state
            ) == (Made(realm, registration.state.model_copy(update={"deviations": ()})))
            registration = Made(realm, resource.update(realm, inputs, registration.state))
        except UnreachableError:
            assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
            registration = resource.create(inputs)
        assert refused(redirect_uris=LOOPBACK) is None
        assert resource.read(realm, registration.state) == registration
        resource.delete(realm, registration.state)
        assert policies(admin, realm) == before
        assert optional_scopes(admin, realm) == scopes


def test_an_interrupted_delete_is_completed(
    api: Connect,
    resource: RegistrationResource,
    declared: Declared,
    refused: Refused,
    realm: str,
    admin: httpx.Client,
) -> None:
    before, scopes = policies(admin, realm), optional_scopes(admin, realm)
    for severed in _severed_everywhere(arrives=False):
        registration = resource.create(declared(**EVERYTHING))
        with suppress(UnreachableError):
            RegistrationResource(partial(api, transport=severed)).delete(realm, registration.state)
        if severed.broke:
            resource.delete(realm, registration.state)
        assert refused(redirect_uris=LOOPBACK) == "Trusted Hosts"
        assert policies(admin, realm) == before
        assert optional_scopes(admin, realm) == scopes


def _severed_everywhere(*, arrives: bool) -> Iterator[Severed]:
    """Yield connections that break at the first, second… writing request, until one does not break."""
    for at in range(1, 100):
        severed = Severed(at, arrives=arrives)
        yield severed
        if not severed.broke:
            assert at > 10
            return
    pytest.fail("more than 100 writing requests")
