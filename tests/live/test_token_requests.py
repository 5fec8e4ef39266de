"""Tests of tokens that are bound by DPoP, and of token requests without scope, at a real Keycloak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.operations.token_client import TokenRefusedError, fetch_program_token
from flow_mcp.runtime import Tenants
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.settings import Client, Dpop
from tests.live.admin import add_person
from tests.live.command import flow_mcp
from tests.live.person import sign_in
from tests.live.tenant import Tenant
from tests.unit.runtime.asgi_call import Application
from tests.unit.runtime.serving import serving

NAME = "bound"
PERSON = ("ada", "a-planner-of-the-tests")
REDIRECT = "http://127.0.0.1/callback"
BOUND = {"tokens": {"binding": "dpop"}}
PROGRAM = {"grant": "client-credentials", "access": ["1/test"]}
DESKTOP = {
    "grant": "authorization-code",
    "redirectUris": [REDIRECT],
    "access": ["1/test"],
    "people": {"groups": ["planners"]},
}
ADDRESS = "http://127.0.0.1:8000"
"""The MCP server's address as clients know it; the tests connect to another port."""


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Tenant:
    """A tenant in which some clients must bind their tokens, and one sends no scope."""
    made = Tenant(NAME, module_scratch)
    made.create()
    clients = {
        "robot": {**PROGRAM, **BOUND},
        "agent": PROGRAM,
        "quiet": {**PROGRAM, "requestsScope": False},
        "desktop": {**DESKTOP, **BOUND},
    }
    declare(made, keycloak, {}, clients)
    made.up()
    add_person(admin, NAME, *PERSON, ["planners"])
    return made


def declare(
    tenant: Tenant, keycloak: LocalKeycloak, server: dict[str, Any], clients: dict[str, Any], **more: Any
) -> None:
    declared = {
        "id": NAME,
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak.url, "realm": {"name": NAME, "create": True}, **server}
        },
        "clients": clients,
        **more,
    }
    config = {"flow-mcp:instance": {"server": ADDRESS}, "flow-mcp:tenant": declared}
    tenant.scratch.declare(NAME, json.dumps({"config": config}))


@pytest.fixture(scope="module")
def port(tenant: Tenant) -> Iterator[int]:
    """The port of a guarded server."""
    app = ProtectedResourceMiddleware(Application(), Tenants([tenant.document]), base_url=ADDRESS)
    with serving(app) as served:
        yield served


def client(tenant: Tenant, name: str) -> Client:
    (server,) = tenant.document.authorization_servers
    return next(client for client in server.clients if client.name == name)


def token(
    tenant: Tenant,
    http: httpx.Client,
    name: str,
    key: DpopKey | None = None,
    *,
    without: tuple[str, ...] = (),
) -> str:
    secret = tenant.outputs(secrets=True)["clientSecrets"][name]
    declared = client(tenant, name)
    request = declared.token_requests[0]
    return fetch_program_token(http, declared, request, secret, without=without, dpop=key)


def post(port: int, resource: str, scheme: str, token: str, proof: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof else {})
    return httpx.post(resource.replace(ADDRESS, f"http://127.0.0.1:{port}"), headers=headers)


def test_the_settings_say_which_clients_must_bind_their_tokens(tenant: Tenant) -> None:
    (server,) = tenant.document.authorization_servers
    assert {client.name: client.binding for client in server.clients} == {
        "agent": None,
        "desktop": "dpop",
        "quiet": None,
        "robot": "dpop",
    }
    (resource,) = tenant.document.protected_resources
    assert resource.authorization_servers[0].dpop == Dpop(
        algorithms=("ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"), required=False
    )
    assert tenant.changes() == {}


def test_a_program_reaches_the_server_with_a_proof_only(tenant: Tenant, port: int) -> None:
    key, thief = DpopKey(), DpopKey()
    resource = tenant.document.protected_resources[0].url
    with httpx.Client() as http:
        bound = token(tenant, http, "robot", key)
    proof = key.proof("POST", resource, token=bound)
    assert post(port, resource, "DPoP", bound, proof).status_code == 204
    refused = {
        "used before": post(port, resource, "DPoP", bound, proof),
        "as Bearer": post(port, resource, "Bearer", bound),
        "without a proof": post(port, resource, "DPoP", bound),
        "another key": post(port, resource, "DPoP", bound, thief.proof("POST", resource, token=bound)),
        "another method": post(port, resource, "DPoP", bound, key.proof("GET", resource, token=bound)),
        "another token": post(port, resource, "DPoP", bound, key.proof("POST", resource, token="other")),
    }
    assert {
        case: (answer.status_code, answer.headers["www-authenticate"].partition(",")[0])
        for case, answer in refused.items()
    } == {
        "used before": (401, 'DPoP error="invalid_dpop_proof"'),
        "as Bearer": (401, 'DPoP error="invalid_token"'),
        "without a proof": (401, 'DPoP error="invalid_dpop_proof"'),
        "another key": (401, 'DPoP error="invalid_token"'),
        "another method": (401, 'DPoP error="invalid_dpop_proof"'),
        "another token": (401, 'DPoP error="invalid_dpop_proof"'),
    }


def test_keycloak_issues_no_token_without_a_proof(tenant: Tenant) -> None:
    with httpx.Client() as http, pytest.raises(TokenRefusedError) as refused:
        token(tenant, http, "robot")
    assert refused.value.code == "invalid_request"


def test_a_client_without_a_binding_goes_on_with_bearer(tenant: Tenant, port: int) -> None:
    resource = tenant.document.protected_resources[0].url
    with httpx.Client() as http:
        unbound = token(tenant, http, "agent")
    assert post(port, resource, "Bearer", unbound).status_code == 204


def test_a_program_that_sends_no_scope_needs_the_declaration(tenant: Tenant, port: int) -> None:
    resource = tenant.document.protected_resources[0].url
    with httpx.Client() as http:
        quiet, agent = (token(tenant, http, name, without=("scope",)) for name in ("quiet", "agent"))
        asking = token(tenant, http, "quiet")
    assert post(port, resource, "Bearer", quiet).status_code == 204
    assert post(port, resource, "Bearer", asking).status_code == 204
    refused = post(port, resource, "Bearer", agent)
    assert (refused.status_code, 'error="invalid_token"' in refused.headers["www-authenticate"]) == (
        401,
        True,
    )


def test_a_person_reaches_the_server_with_a_proof(tenant: Tenant, port: int) -> None:
    key, request = DpopKey(), client(tenant, "desktop").token_requests[0]
    with httpx.Client(headers={"DPoP": key.proof("POST", request.token_endpoint)}) as http:
        bound = sign_in(http, request, PERSON, REDIRECT)
    proof = key.proof("POST", request.resource, token=bound)
    assert post(port, request.resource, "DPoP", bound, proof).status_code == 204
    assert post(port, request.resource, "Bearer", bound).status_code == 401


def test_verify_uses_proofs_and_reports_a_client_that_no_longer_needs_them(
    tenant: Tenant, admin: httpx.Client
) -> None:
    assert verified(tenant) == set()
    rejected = (
        "without scope, there is a token, but the runtime answers 401: missing-claim (One of `exp`, `aud`, "
        f"`sub` and the client claim is missing.); configure the scope flow-mcp/{NAME}/1/test"
    )
    assert described(tenant, "V-TOKEN-009") == {
        "agent for 1/test": rejected,
        "quiet for 1/test": "without scope, the runtime allows it (program)",
        "robot for 1/test": rejected,
    }
    path = f"{NAME}/clients"
    (robot,) = admin.get(path, params={"clientId": f"flow-mcp-{NAME}-robot"}).json()
    attributes = {**robot["attributes"], "dpop.bound.access.tokens": "false"}
    admin.put(f"{path}/{robot['id']}", json={**robot, "attributes": attributes})
    assert verified(tenant) == {"V-CLIENT-007", "V-TOKEN-008"}


def test_clients_that_register_themselves_must_bind_their_tokens(
    tenant: Tenant, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    dynamic = {"redirectHosts": ["127.0.0.1"], "access": ["1/test"]}
    declare(
        tenant,
        keycloak,
        {"registration": {"dynamic": dynamic}},
        {"agent": PROGRAM, "desktop": DESKTOP},
        **BOUND,
    )
    tenant.up()
    (server,) = tenant.document.authorization_servers
    assert server.registration.dynamic
    assert server.registration.dynamic.binding == "dpop"
    registered = httpx.post(
        f"{server.authority}/clients-registrations/openid-connect",
        json={"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"},
    ).raise_for_status()
    (made,) = admin.get(f"{NAME}/clients", params={"clientId": registered.json()["client_id"]}).json()
    assert made["attributes"]["dpop.bound.access.tokens"] == "true"


def verified(tenant: Tenant) -> set[str]:
    """Return the IDs of the failed checks."""
    return {result["id"] for result in results(tenant) if result["status"] == "fail"}


def described(tenant: Tenant, check: str) -> dict[str, str]:
    """Return what a check reports, by subject."""
    return {result["subject"]: result["seen"] for result in results(tenant) if result["id"] == check}


def results(tenant: Tenant) -> list[dict[str, str]]:
    ended = flow_mcp(tenant.scratch, "verify", tenant.name, "--json")
    listed: list[dict[str, str]] = json.loads(ended.stdout)["tenants"][0]["results"]
    return listed
