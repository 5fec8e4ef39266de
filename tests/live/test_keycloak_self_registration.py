"""Tests of the registration methods and their access on a real Keycloak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Decision, Validator
from flow_mcp.settings import TokenRequest
from tests.live.admin import add_person
from tests.live.authority import Authority
from tests.live.https_site import Site, https_site
from tests.live.person import SignInRefusedError, sign_in
from tests.live.tenant import Tenant

_NAME = "selfmade"
_REDIRECT = "http://127.0.0.1:53682/callback"
_PLANNER, _GUEST = ("ada", "a-planner-of-the-tests"), ("guy", "a-guest-of-the-tests")


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """A tenant whose registration methods have access to test only; planners can sign in."""
    created = Tenant(_NAME, module_scratch)
    created.create()
    created.declare(
        {
            "id": _NAME,
            "workspaces": {"1": {"environments": ["production", "test"]}},
            "authorizationServer": {
                "keycloak": {
                    "url": keycloak.url,
                    "realm": {"name": _NAME, "create": True, "deletable": True},
                    "registration": {
                        "dynamic": {"redirectHosts": ["127.0.0.1"], "access": ["1/test"]},
                        "metadataDocuments": {
                            "domains": ["localhost"],
                            "redirectHosts": ["127.0.0.1"],
                            "access": ["1/test"],
                        },
                    },
                }
            },
            "clients": {
                "desktop": {
                    "grant": "authorization-code",
                    "redirectUris": ["http://127.0.0.1/callback"],
                    "access": ["*"],
                    "people": {"groups": ["planners"]},
                }
            },
        }
    )
    created.up()
    for name, password in (_PLANNER, _GUEST):
        add_person(admin, _NAME, name, password, ["planners"] if name == _PLANNER[0] else [])
    yield created
    admin.delete(_NAME)


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.mark.parametrize("names_scopes", [True, False], ids=["with its scopes", "without scopes"])
def test_a_dynamic_client_gets_its_declared_access_with_a_planner(
    tenant: Tenant, http: httpx.Client, names_scopes: bool
) -> None:
    scope = {"scope": f"openid {_scope('test')}"} if names_scopes else {}
    client = _register(tenant, http, redirect_uris=[_REDIRECT], **scope).json()
    assert _decide(tenant, http, client, "test", _PLANNER).status == 200
    assert _decide(tenant, http, client, "test", _GUEST).status == 401


def test_a_dynamic_client_gets_no_undeclared_access(tenant: Tenant, http: httpx.Client) -> None:
    client = _register(tenant, http, redirect_uris=[_REDIRECT]).json()
    with pytest.raises(SignInRefusedError, match="Invalid scopes"):
        _decide(tenant, http, client, "production", _PLANNER)


def test_a_redirect_to_another_host_is_rejected(tenant: Tenant, http: httpx.Client) -> None:
    answer = _register(tenant, http, redirect_uris=["https://evil.example/callback"])
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_a_dynamic_client_has_to_use_pkce(tenant: Tenant, http: httpx.Client) -> None:
    client = _register(tenant, http, redirect_uris=[_REDIRECT]).json()
    with pytest.raises(SignInRefusedError, match="code_challenge_method"):
        sign_in(http, _request(tenant, client, "test"), _PLANNER, _REDIRECT, pkce=False)


def test_a_registration_for_client_credentials_gets_no_access(tenant: Tenant, http: httpx.Client) -> None:
    answer = _register(
        tenant, http, redirect_uris=[_REDIRECT], grant_types=["client_credentials"], scope=_scope("test")
    )
    client = answer.json()
    granted = http.post(
        _request(tenant, client, "test").token_endpoint,
        data={"grant_type": "client_credentials", "scope": _scope("test")},
        auth=(client["client_id"], client["client_secret"]),
    )
    token = granted.json().get("access_token")
    decisions = [
        Validator(tenant.document).decide(_url(tenant, name), token) for name in ("test", "production")
    ]
    assert [decision.status for decision in decisions] == [401, 401]


def test_a_metadata_document_on_a_declared_domain_is_a_client(
    tenant: Tenant, http: httpx.Client, authority: Authority
) -> None:
    with https_site(authority) as site:
        client = _document(site)
        assert _decide(tenant, http, client, "test", _PLANNER).status == 200
        assert _decide(tenant, http, client, "test", _GUEST).status == 401
        with pytest.raises(SignInRefusedError, match="Invalid scopes"):
            _decide(tenant, http, client, "production", _PLANNER)


def test_a_metadata_document_on_another_domain_is_not_fetched(
    tenant: Tenant, http: httpx.Client, authority: Authority
) -> None:
    with https_site(authority) as site:
        client = _document(site, host="127.0.0.1")
        with pytest.raises(SignInRefusedError, match="Client not found"):
            _decide(tenant, http, client, "test", _PLANNER)
        assert site.requests == []


def test_removing_the_declaration_closes_registration(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, http: httpx.Client
) -> None:
    closing = Tenant("closing", module_scratch)
    closing.create()
    opened: dict[str, Any] = {
        "id": "closing",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "realm": {"name": "closing", "create": True, "deletable": True},
                "registration": {"dynamic": {"redirectHosts": ["127.0.0.1"], "access": ["*"]}},
            }
        },
    }
    closing.declare(opened)
    closing.up()
    assert closing.outputs(secrets=True)["clientSecrets"] == {}
    assert _register(closing, http, redirect_uris=[_REDIRECT]).status_code == 201
    del opened["authorizationServer"]["keycloak"]["registration"]
    closing.declare(opened)
    closing.up()
    assert _register(closing, http, redirect_uris=[_REDIRECT]).status_code == 403
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "closing")


def _register(tenant: Tenant, http: httpx.Client, **metadata: Any) -> httpx.Response:
    """Register a client (RFC 7591) without a token at the endpoint in the server's metadata."""
    document = http.get(tenant.document.authorization_servers[0].metadata_url).json()
    return http.post(document["registration_endpoint"], json={"client_name": "A client", **metadata})


def _document(site: Site, host: str = "localhost") -> dict[str, Any]:
    """Return a client whose metadata document the site serves."""
    document = {
        "client_id": f"{site.url.replace('localhost', host)}/client.json",
        "client_name": "A client with a document",
        "redirect_uris": [_REDIRECT],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    site.pages["/client.json"] = json.dumps(document).encode()
    return document


def _decide(
    tenant: Tenant, http: httpx.Client, client: dict[str, Any], environment: str, person: tuple[str, str]
) -> Decision:
    """Return the decision about a person's call to an environment with this client."""
    token = sign_in(
        http, _request(tenant, client, environment), person, _REDIRECT, client.get("client_secret")
    )
    return Validator(tenant.document).decide(_url(tenant, environment), token)


def _request(tenant: Tenant, client: dict[str, Any], environment: str) -> TokenRequest:
    """Return the declared client's token request for this client."""
    desktop = tenant.document.authorization_servers[0].clients[0]
    request = next(r for r in desktop.token_requests if r.resource == _url(tenant, environment))
    own = {"client_id": client["client_id"]}
    return request.model_copy(
        update={
            "parameters": {**request.parameters, **own},
            "authorization_parameters": {**(request.authorization_parameters or {}), **own},
        }
    )


def _scope(environment: str) -> str:
    return f"flow-mcp/{_NAME}/1/{environment}"


def _url(tenant: Tenant, environment: str) -> str:
    return next(r.url for r in tenant.document.protected_resources if r.environment == environment)
