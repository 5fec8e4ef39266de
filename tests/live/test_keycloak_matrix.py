"""Tests of the settings document on Keycloak: all token requests, and all tokens for all resources."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Validator
from flow_mcp.settings import Client, Grant
from tests.live.admin import add_person
from tests.live.person import SignInRefusedError, sign_in
from tests.live.tenant import Tenant

_NAME = "matrix"
_LOOPBACK = "http://127.0.0.1:53682/callback"
_PORTAL = "https://portal.example/callback"
_PLANNER, _GUEST = ("ada", "a-planner-of-the-tests"), ("guy", "a-guest-of-the-tests")


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """A tenant with three environments, programs and people; Ada is a planner, Guy has no group."""
    created = Tenant(_NAME, module_scratch)
    created.create()
    created.declare(
        {
            "id": _NAME,
            "workspaces": {
                "1": {"environments": ["production", "test"]},
                "2": {"environments": ["production"]},
            },
            "authorizationServer": {
                "keycloak": {"url": keycloak.url, "realm": {"name": _NAME, "create": True, "deletable": True}}
            },
            "clients": {
                "all": {"grant": "client-credentials", "access": ["*"]},
                "one": {"grant": "client-credentials", "access": ["1/test"]},
                "first": {"grant": "client-credentials", "access": ["1/*"]},
                "desktop": {
                    "grant": "authorization-code",
                    "redirectUris": ["http://127.0.0.1/callback"],
                    "access": ["1/production", "1/test"],
                    "people": {"groups": ["planners"]},
                },
                "portal": {
                    "grant": "authorization-code",
                    "clientType": "confidential",
                    "redirectUris": [_PORTAL],
                    "access": ["2/production"],
                    "people": "everyone",
                },
            },
        }
    )
    created.up()
    for name, password in (_PLANNER, _GUEST):
        add_person(admin, _NAME, name, password, ["planners"] if name == _PLANNER[0] else [])
    yield created
    admin.delete(_NAME)


def test_each_client_gets_exactly_its_access(tenant: Tenant) -> None:
    document = tenant.document
    runtime = Validator(document)
    keys = [resource.key for resource in document.protected_resources]
    expected, decided = {}, {}
    with httpx.Client() as http:
        for client in document.authorization_servers[0].clients:
            for request in client.token_requests:
                token = _token(tenant, http, client, client.token_requests.index(request))
                for resource in document.protected_resources:
                    case = (client.name, request.resource.rpartition("/tenants/")[2], resource.key)
                    own = resource.url == request.resource
                    expected[case] = 200 if own else 401 if resource.key in client.access else 403
                    decided[case] = runtime.decide(resource.url, token).status
    assert decided == expected
    assert len(decided) == (3 + 1 + 2 + 2 + 1) * len(keys)


def test_a_person_outside_the_groups_gets_neither_scope_nor_audience(tenant: Tenant) -> None:
    document = tenant.document
    desktop = _client(tenant, "desktop")
    with httpx.Client() as http:
        for request in desktop.token_requests:
            token = tenant.person_token(http, desktop, request, _GUEST, _LOOPBACK)
            assert Validator(document).decide(request.resource, token).status == 401


def test_everyone_means_every_person_of_the_realm(tenant: Tenant) -> None:
    portal = _client(tenant, "portal")
    request = portal.token_requests[0]
    with httpx.Client() as http:
        token = tenant.person_token(http, portal, request, _GUEST, _PORTAL)
    decision = Validator(tenant.document).decide(request.resource, token)
    assert (decision.status, decision.subject_kind) == (200, "person")


def test_a_request_without_pkce_is_refused(tenant: Tenant) -> None:
    desktop = _client(tenant, "desktop")
    with (
        httpx.Client() as http,
        pytest.raises(SignInRefusedError, match="Missing parameter: code_challenge_method"),
    ):
        sign_in(http, desktop.token_requests[0], _PLANNER, _LOOPBACK, pkce=False)


def test_an_undeclared_redirect_is_rejected(tenant: Tenant) -> None:
    desktop = _client(tenant, "desktop")
    with httpx.Client() as http, pytest.raises(SignInRefusedError, match="Invalid parameter: redirect_uri"):
        sign_in(http, desktop.token_requests[0], _PLANNER, "http://127.0.0.1:53682/elsewhere")


@pytest.mark.parametrize("grant", ["password", "implicit"])
def test_password_and_implicit_grants_are_refused(tenant: Tenant, grant: str) -> None:
    desktop = _client(tenant, "desktop")
    request = desktop.token_requests[0]
    with httpx.Client() as http:
        if grant == "password":
            form = {"grant_type": "password", "client_id": desktop.client_id, "username": _PLANNER[0]}
            answer = http.post(request.token_endpoint, data={**form, "password": _PLANNER[1]})
            assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")
        else:
            query = {"client_id": desktop.client_id, "response_type": "token", "redirect_uri": _LOOPBACK}
            answer = http.get(str(request.authorization_endpoint), params=query)
            assert "error=unauthorized_client" in answer.headers["location"]


def _client(tenant: Tenant, name: str) -> Client:
    return next(c for c in tenant.document.authorization_servers[0].clients if c.name == name)


def _token(tenant: Tenant, http: httpx.Client, client: Client, index: int) -> str:
    request = client.token_requests[index]
    if client.grant is Grant.CLIENT_CREDENTIALS:
        return tenant.program_token(http, client, request)
    redirect = _LOOPBACK if client.name == "desktop" else _PORTAL
    return tenant.person_token(http, client, request, _PLANNER, redirect)
