"""Federated credentials on Keycloak: how each issuer's tokens are validated, and what is rejected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.authorization_servers.keycloak.federated_issuers import (
    Validation,
    features,
    federated_issuers,
    issuers,
)
from tests.unit.declared import SERVER, Stacks, tenant

_GITHUB = "https://token.actions.githubusercontent.com"
_ISSUER = "https://id.acme.example/realms/acme"


def _tenant(*credentials: dict[str, Any], more: str = "") -> str:
    clients = {
        f"agent-{number}": {
            "grant": "client-credentials",
            "access": ["456/test"],
            "federatedCredential": {"subject": f"workload-{number}", **credential},
        }
        for number, credential in enumerate(credentials)
    }
    lines = "".join(f"{name}: {json.dumps(client)}\n" for name, client in clients.items())
    return tenant(lines, server=SERVER, more=more)


def test_the_issuer_decides_how_its_keys_are_found(stacks: Stacks) -> None:
    text = _tenant(
        {"issuer": _GITHUB},
        {"issuer": "https://gitlab.com"},
        {
            "issuer": "https://gitlab.acme.example",
            "jwksUrl": "https://gitlab.acme.example/oauth/discovery/keys",
        },
        {"issuer": "https://kubernetes.default.svc.cluster.local"},
        {
            "issuer": "spiffe://acme.example",
            "subject": "spiffe://acme.example/agent",
            "jwksUrl": "https://spire.acme.example/bundle",
        },
    )
    declaration = stacks.load(text).declaration
    assert federated_issuers(declaration) == {
        "https://gitlab.acme.example": Validation("oidc", "https://gitlab.acme.example/oauth/discovery/keys"),
        "https://gitlab.com": Validation("oidc", "https://gitlab.com/oauth/discovery/keys"),
        "https://kubernetes.default.svc.cluster.local": Validation("kubernetes"),
        _GITHUB: Validation("oidc", f"{_GITHUB}/.well-known/jwks"),
        "spiffe://acme.example": Validation("spiffe", "https://spire.acme.example/bundle"),
    }
    assert issuers(declaration) == tuple(federated_issuers(declaration))
    assert features(declaration) == ("client-auth-federated", "kubernetes-service-accounts", "spiffe")


def test_a_tenant_without_federated_credentials_needs_no_feature_and_no_identity_provider(
    stacks: Stacks,
) -> None:
    declaration = stacks.load(tenant(server=SERVER)).declaration
    assert (features(declaration), issuers(declaration)) == ((), ())


def test_the_realms_issuer_is_the_only_audience(stacks: Stacks) -> None:
    assert stacks.problems(_tenant({"issuer": _GITHUB, "audience": _ISSUER})) == ()
    (problem,) = stacks.problems(_tenant({"issuer": _GITHUB, "audience": "api://AzureADTokenExchange"}))
    assert (problem.path, problem.message) == (
        "clients.agent-0.federatedCredential.audience",
        "is not the realm's issuer, which is the only audience that Keycloak accepts in the token",
    )


@pytest.mark.parametrize(
    ("credentials", "path", "message"),
    [
        (
            [{"issuer": "spiffe://acme.example", "subject": "spiffe://acme.example/agent"}],
            "clients.agent-0.federatedCredential",
            "has no jwksUrl, and Keycloak needs the address of the trust domain's bundle",
        ),
        (
            [{"issuer": _GITHUB}, {"issuer": _GITHUB, "jwksUrl": "https://keys.acme.example/jwks"}],
            "clients.agent-1.federatedCredential.jwksUrl",
            "differs from that of agent-0, and a realm validates each issuer in one way",
        ),
        (
            [{"issuer": _GITHUB, "subject": "same"}, {"issuer": _GITHUB, "subject": "same"}],
            "clients.agent-1.federatedCredential.subject",
            "is also the subject of agent-0, and Keycloak finds the client by issuer and subject",
        ),
        (
            [{"issuer": "spiffe://acme.example", "subject": "spiffe://other.example/agent"}],
            "clients.agent-0.federatedCredential",
            "has a subject outside the trust domain of its issuer",
        ),
        (
            [{"issuer": "spiffe://acme.example/agent", "subject": "spiffe://acme.example/agent"}],
            "clients.agent-0.federatedCredential.issuer",
            "is not a SPIFFE trust domain",
        ),
    ],
)
def test_a_credential_that_keycloak_would_confuse_is_rejected(
    stacks: Stacks, credentials: list[dict[str, Any]], path: str, message: str
) -> None:
    (problem,) = stacks.problems(_tenant(*credentials))
    assert (problem.path, problem.message) == (path, message)
