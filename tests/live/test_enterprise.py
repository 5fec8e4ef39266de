"""Enterprise-managed authorization on a real Keycloak: which identity assertions become tokens."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Validator
from flow_mcp.runtime.directory import SettingsDirectory
from flow_mcp.settings import Client, SettingsDocument, SettingsEnvelope
from tests.interop.clients import python_sdk
from tests.interop.desk import RefusedError
from tests.interop.server import flow_server
from tests.live import company
from tests.live.authority import Authority
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant
from tests.live.token_issuer import TokenIssuer, token_issuer

_NAME = "enterprise"
_ID_JAG = "oauth-id-jag+jwt"
Answer = tuple[int, str]


@dataclass(frozen=True)
class MadeTenant:
    """The tenant's stack with its outputs, which Pulumi needs seconds to read."""

    stack: Tenant
    document: SettingsDocument
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def issuer(authority: Authority) -> Iterator[TokenIssuer]:
    """The company's identity provider."""
    with token_issuer(authority) as started:
        yield started


@pytest.fixture(scope="module")
def listening() -> Iterator[socket.socket]:
    """The socket of the MCP server, whose address is in the tenant's declaration."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture(scope="module")
def tenant(
    module_scratch: ScratchProject,
    keycloak: LocalKeycloak,
    admin: httpx.Client,
    issuer: TokenIssuer,
    listening: socket.socket,
) -> Iterator[MadeTenant]:
    """The tenant, first without and then with links of people."""
    created = Tenant(_NAME, module_scratch)
    created.create()
    instance = {"server": f"http://127.0.0.1:{listening.getsockname()[1]}/flow"}

    def declare(declared: dict[str, Any]) -> None:
        config = {"flow-mcp:instance": instance, "flow-mcp:tenant": declared}
        module_scratch.declare(_NAME, yaml.safe_dump({"config": config}))

    declared = company.declaration(_NAME, keycloak.url, issuer)
    declare(declared)
    created.up()
    company.employ(created, admin)
    declare(company.linked(declared))
    # The tenant's component contains the declaration.
    assert created.changes() == {"create": {f"people of {issuer.issuer}"}, "update": {_NAME}}
    created.up()
    outputs = created.outputs(secrets=True)
    yield MadeTenant(created, SettingsDocument.from_json(outputs["settings"]), outputs["clientSecrets"])
    admin.delete(_NAME)


def test_an_assertion_becomes_a_persons_token_for_its_resource_only(
    tenant: MadeTenant, issuer: TokenIssuer
) -> None:
    answer = _redeem(tenant, _assertion(tenant, issuer))
    token = answer.json()["access_token"]
    runtime = Validator(tenant.document)
    decided = {
        resource.environment: (decision.status, decision.subject_kind)
        for resource in tenant.document.protected_resources
        for decision in [runtime.decide(resource.url, token)]
    }
    assert decided == {"test": (200, "person"), "production": (401, "person")}
    assert "refresh_token" not in answer.json()
    assert tenant.stack.changes() == {}


def test_a_replayed_assertion_is_refused(tenant: MadeTenant, issuer: TokenIssuer) -> None:
    assertion = _assertion(tenant, issuer)
    assert _redeem(tenant, assertion).status_code == 200
    assert _answer(_redeem(tenant, assertion)) == (400, "Token reuse detected")


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"aud": "https://elsewhere.example"}, "Invalid token audience"),
        ({"resource": "production"}, "Value for claim 'resource' not allowed"),
        ({"resource": None}, "Required claim 'resource' is missing from the token"),
        ({"iat": int(time.time()) - 900, "exp": int(time.time()) - 600}, "Token is not active"),
        # Valid for an hour, of which Keycloak accepts the first five minutes.
        ({"iat": int(time.time()) - 900, "exp": int(time.time()) + 2700}, "Token was issued too far"),
        ({"sub": "00u-unknown"}, "User not found"),
        ({"scope": "openid"}, "Scopes [flow-mcp/enterprise/1/test] not present in the initial access token"),
    ],
    ids=["another aud", "another resource", "no resource", "expired", "old", "unknown person", "no scope"],
)
def test_an_assertion_with_another_claim_is_refused(
    tenant: MadeTenant, issuer: TokenIssuer, claims: dict[str, Any], expected: str
) -> None:
    if claims.get("resource"):
        claims = {"resource": _resource(tenant, claims["resource"])}
    status, description = _answer(_redeem(tenant, _assertion(tenant, issuer, **claims)))
    assert (status, description[: len(expected)]) == (400, expected)


@pytest.mark.parametrize("kind", [_ID_JAG, "JWT"])
def test_another_clients_assertion_is_refused(tenant: MadeTenant, issuer: TokenIssuer, kind: str) -> None:
    assertion = _assertion(tenant, issuer, kind=kind)
    status, description = _answer(_redeem(tenant, assertion, "other"))
    reason = "client id in assertion" if kind == _ID_JAG else "Value for claim 'client_id' not allowed"
    assert (status, description[: len(reason)]) == (400, reason)


def test_an_assertion_of_another_key_is_refused(tenant: MadeTenant, issuer: TokenIssuer) -> None:
    assertion = _assertion(tenant, TokenIssuer(issuer.issuer))
    assert _answer(_redeem(tenant, assertion)) == (400, "Invalid signature")


def test_a_person_outside_the_groups_gets_a_token_that_the_runtime_refuses(
    tenant: MadeTenant, issuer: TokenIssuer
) -> None:
    answer = _redeem(tenant, _assertion(tenant, issuer, sub=company.GUY))
    assert answer.json()["scope"] == ""
    decision = Validator(tenant.document).decide(_resource(tenant, "test"), answer.json()["access_token"])
    assert (decision.status, str(decision.reason)) == (401, "missing-claim")


def test_an_mcp_client_calls_the_guarded_server_with_a_persons_assertion(
    tenant: MadeTenant, issuer: TokenIssuer, listening: socket.socket, tmp_path: Path
) -> None:
    envelope = SettingsEnvelope.of(tenant.document, revision=1)
    (tmp_path / f"{_NAME}.json").write_text(envelope.model_dump_json(), encoding="utf-8")
    client = _client(tenant, "assistant")
    secret = tenant.secrets["assistant"]
    authority = tenant.document.authorization_servers[0].authority

    def call(subject: str) -> dict[str, str]:
        async def assertion(audience: str, resource: str) -> str:
            return _assertion(tenant, issuer, sub=subject, aud=audience, resource=resource)

        url = _resource(tenant, "test")
        provider = IdentityAssertionOAuthProvider(
            url,
            python_sdk.Memory(),
            client.client_id,
            secret,
            authority,
            assertion,
            scope=f"flow-mcp/{_NAME}/1/test",
        )
        return python_sdk.call(url, provider)

    with SettingsDirectory(tmp_path) as directory, flow_server(listening, directory) as server:
        metadata = httpx.get(_metadata_address(tenant)).json()
        answer = call(company.ADA)
        with pytest.raises(RefusedError):
            call(company.GUY)
        refused = [(status, "invalid_token" in challenge) for _, status, challenge in server.refusals]
    assert metadata["authorization_grant_profiles_supported"] == [
        "urn:ietf:params:oauth:grant-profile:id-jag"
    ]
    assert answer == {
        "tenant": _NAME,
        "workspace": "1",
        "environment": "test",
        "client": client.client_id,
        "kind": "person",
    }
    # Each client begins without a token, and sends several requests. Guy's token has no audience.
    assert list(dict.fromkeys(refused)) == [(401, False), (401, True)]


def test_verify_redeems_an_assertion_and_names_what_keycloak_does_not_publish(
    tenant: MadeTenant, issuer: TokenIssuer, tmp_path: Path
) -> None:
    file = tmp_path / "ada.jwt"
    file.write_text(_assertion(tenant, issuer), encoding="utf-8")
    ended = flow_mcp(tenant.stack.scratch, "verify", _NAME, "--assertion", f"assistant={file}", "--all")
    printed = " ".join(ended.stdout.split())
    assert "V-EMA-001" in printed
    assert "assistant for 1/test: the runtime allows it (person)" in printed
    assert "eyJ" not in ended.stdout + ended.stderr
    assert ended.returncode == 0


def _assertion(tenant: MadeTenant, issuer: TokenIssuer, *, kind: str = _ID_JAG, **claims: Any) -> str:
    """Return Ada's assertion for the client assistant and the test environment, with other claims."""
    defaults = {
        "sub": company.ADA,
        "aud": tenant.document.authorization_servers[0].authority,
        "resource": _resource(tenant, "test"),
        "client_id": _client(tenant, "assistant").client_id,
        "scope": "flow-mcp/enterprise/1/test",
    }
    return issuer.sign(defaults | claims, kind)


def _redeem(tenant: MadeTenant, assertion: str, name: str = "assistant") -> httpx.Response:
    """Request a token for the test environment with the settings' request."""
    client = _client(tenant, name)
    assert client.identity_assertion
    request = next(
        request
        for request in client.identity_assertion.token_requests
        if request.resource == _resource(tenant, "test")
    )
    secret = tenant.secrets[name]
    form = request.parameters | {"assertion": assertion, "client_secret": secret}
    return httpx.post(request.token_endpoint, data=form, timeout=30)


def _answer(response: httpx.Response) -> Answer:
    return response.status_code, response.json().get("error_description", "")


def _client(tenant: MadeTenant, name: str) -> Client:
    return next(c for c in tenant.document.authorization_servers[0].clients if c.name == name)


def _metadata_address(tenant: MadeTenant) -> str:
    origin, path = _resource(tenant, "test").split("/flow/")
    return f"{origin}/.well-known/oauth-protected-resource/flow/{path}"


def _resource(tenant: MadeTenant, environment: str) -> str:
    return next(r.url for r in tenant.document.protected_resources if r.environment == environment)
