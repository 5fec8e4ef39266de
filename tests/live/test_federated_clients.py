"""Programs on a real Keycloak that authenticate with another issuer's token and have no secret."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.token_client import TokenRefusedError, fetch_program_token
from flow_mcp.runtime import Validator
from flow_mcp.settings import Client, SettingsDocument
from tests.live.authority import Authority
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant
from tests.live.token_issuer import TokenIssuer, token_issuer

_NAME = "secretless"
_JOB = "repo:acme/planning:environment:production"
_SERVICE_ACCOUNT = "system:serviceaccount:flow:agent"
_DOMAIN = "spiffe://acme.example"
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SVID = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"


@dataclass(frozen=True)
class MadeTenant:
    """The tenant's stack with its settings, which Pulumi needs seconds to read."""

    stack: Tenant
    document: SettingsDocument


@pytest.fixture(scope="module")
def pipeline(authority: Authority) -> Iterator[TokenIssuer]:
    """The issuer of a pipeline's tokens, whose keys have a declared address."""
    with token_issuer(authority) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def cluster(authority: Authority) -> Iterator[TokenIssuer]:
    """The issuer of a cluster's service accounts, whose keys are found by discovery."""
    with token_issuer(authority) as issuer:
        yield issuer


@pytest.fixture(scope="module")
def tenant(
    module_scratch: ScratchProject,
    keycloak: LocalKeycloak,
    pipeline: TokenIssuer,
    cluster: TokenIssuer,
    admin: httpx.Client,
) -> Iterator[MadeTenant]:
    """A tenant with a program for each kind of issuer."""
    created = Tenant(_NAME, module_scratch)
    created.create()

    def program(issuer: str, subject: str, jwks_url: str | None) -> dict[str, Any]:
        credential = {"issuer": issuer, "subject": subject, **({"jwksUrl": jwks_url} if jwks_url else {})}
        return {"grant": "client-credentials", "access": ["1/test"], "federatedCredential": credential}

    created.declare(
        {
            "id": _NAME,
            "workspaces": {"1": {"environments": ["production", "test"]}},
            "authorizationServer": {
                "keycloak": {"url": keycloak.url, "realm": {"name": _NAME, "create": True, "deletable": True}}
            },
            "clients": {
                "job": program(pipeline.issuer, _JOB, pipeline.jwks_url),
                "pod": program(cluster.issuer, _SERVICE_ACCOUNT, None),
                "workload": program(_DOMAIN, f"{_DOMAIN}/planner", pipeline.bundle_url),
            },
        }
    )
    created.up()
    yield MadeTenant(created, created.document)
    admin.delete(_NAME)


def test_each_issuers_token_gets_the_program_its_access_and_no_secret_exists(
    tenant: MadeTenant, pipeline: TokenIssuer, cluster: TokenIssuer
) -> None:
    tokens = {
        "job": (pipeline.sign({"sub": _JOB, "aud": _authority(tenant)}), _BEARER),
        "pod": (cluster.sign({"sub": _SERVICE_ACCOUNT, "aud": [_authority(tenant)], "jti": None}), _BEARER),
        "workload": (
            pipeline.sign({"iss": None, "sub": f"{_DOMAIN}/planner", "aud": [_authority(tenant)]}),
            _SVID,
        ),
    }
    runtime = Validator(tenant.document)
    decided = {}
    for name, (token, kind) in tokens.items():
        access_token = _redeem(tenant, name, token, kind)
        decisions = [
            runtime.decide(resource.url, access_token) for resource in tenant.document.protected_resources
        ]
        decided[name] = [(decision.status, decision.subject_kind) for decision in decisions]
    assert decided == {name: [(403, "program"), (200, "program")] for name in tokens}
    assert tenant.stack.outputs(secrets=True)["clientSecrets"] == {}
    assert tenant.stack.changes() == {}


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"sub": "repo:acme/planning:pull_request"}, "Invalid client or Invalid client credentials"),
        ({"aud": "https://elsewhere.example"}, "Invalid token audience"),
        ({"iat": int(time.time()) - 600, "exp": int(time.time()) - 300}, "Token is not active"),
        ({"iss": "https://elsewhere.example"}, "Invalid client or Invalid client credentials"),
    ],
    ids=["another subject", "another audience", "expired", "another issuer"],
)
def test_another_token_of_the_issuer_is_refused(
    tenant: MadeTenant, pipeline: TokenIssuer, claims: dict[str, Any], error: str
) -> None:
    token = pipeline.sign({"sub": _JOB, "aud": _authority(tenant)} | claims)
    assert _refusal(tenant, "job", token) == ("invalid_client", error)


def test_a_token_with_the_right_claims_of_another_key_is_refused(
    tenant: MadeTenant, pipeline: TokenIssuer
) -> None:
    token = TokenIssuer(pipeline.issuer).sign({"sub": _JOB, "aud": _authority(tenant)})
    assert _refusal(tenant, "job", token) == (
        "invalid_client",
        "Invalid client or Invalid client credentials",
    )


def test_a_token_of_one_issuer_is_refused_for_the_client_of_another(
    tenant: MadeTenant, cluster: TokenIssuer
) -> None:
    token = cluster.sign({"sub": _JOB, "aud": _authority(tenant)})
    assert _refusal(tenant, "job", token) == (
        "invalid_client",
        "Invalid client or Invalid client credentials",
    )


def test_verify_requests_the_programs_token_with_the_issuers_token(
    tenant: MadeTenant, pipeline: TokenIssuer, tmp_path: Path
) -> None:
    file = tmp_path / "job.jwt"
    file.write_text(pipeline.sign({"sub": _JOB, "aud": _authority(tenant)}) + "\n", encoding="utf-8")
    ended = flow_mcp(tenant.stack.scratch, "verify", _NAME, "--token", f"job={file}", "--all")
    assert "job for 1/test: token received" in " ".join(ended.stdout.split())
    assert "eyJ" not in ended.stdout + ended.stderr
    assert ended.returncode == 0


def _authority(tenant: MadeTenant) -> str:
    return tenant.document.authorization_servers[0].authority


def _client(tenant: MadeTenant, name: str) -> Client:
    return next(c for c in tenant.document.authorization_servers[0].clients if c.name == name)


def _redeem(tenant: MadeTenant, name: str, token: str, kind: str = _BEARER) -> str:
    client = _client(tenant, name)
    (request,) = client.token_requests
    proof = {"client_assertion_type": kind, "client_assertion": token}
    with httpx.Client() as http:
        return fetch_program_token(
            http, client, request.model_copy(update={"parameters": request.parameters | proof}), None
        )


def _refusal(tenant: MadeTenant, name: str, token: str) -> tuple[str | None, str | None]:
    with pytest.raises(TokenRefusedError) as raised:
        _redeem(tenant, name, token)
    return raised.value.code, raised.value.description
