"""Checks of a declaration for Auth0, made before any request to the server."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey

from tests.unit.authorization_servers.auth0.hooli import (
    PEOPLE,
    agent,
    desktop,
    load,
    problems,
    public_key,
    tenant,
)

PATH = "authorizationServer.auth0"
DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"


def small_key() -> str:
    public = rsa.generate_private_key(65_537, 1_024).public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_valid_declaration_has_no_findings() -> None:
    keyed = agent(privateKeyJwt={"certificate": public_key()})
    refresh = {"lifetime": "30d", "idle": "30d"}
    declared = tenant(
        auth0={"tokens": {"access": "24h", "refresh": refresh}},
        clients={"agent": keyed, "desktop": desktop()},
    )
    assert problems(declared) == []


@pytest.mark.parametrize(
    ("auth0", "expected"),
    [
        (
            {"domain": "https://hooli.eu.auth0.com/"},
            ("error", f"{PATH}.domain", ""),
        ),
        (
            {"customDomain": "hooli.eu.auth0.com"},
            ("error", f"{PATH}.customDomain", "equals domain"),
        ),
        (
            {"tenantSettings": {"resourceParameterProfile": "compatibility"}},
            (
                "error",
                f"{PATH}.tenantSettings.resourceParameterProfile",
                "changes the whole Auth0 tenant, which this stack does not manage",
            ),
        ),
        (
            {"tenantSettings": {"manage": True, "resourceParameterProfile": "both"}},
            ("error", f"{PATH}.tenantSettings.resourceParameterProfile", "is not one of the allowed values"),
        ),
        ({"tokens": {"access": "25h"}}, ("error", f"{PATH}.tokens.access", "is longer than a day")),
        (
            {"tokens": {"refresh": {"lifetime": "366d", "idle": "1d"}}},
            ("error", f"{PATH}.tokens.refresh.lifetime", "is longer than Auth0 allows"),
        ),
        (
            {"tokens": {"refresh": {"lifetime": "7d", "idle": "8d"}}},
            (
                "error",
                f"{PATH}.tokens.refresh.idle",
                "is longer than the refresh token's lifetime, which Auth0 rejects",
            ),
        ),
        ({"clientSecret": "x"}, ("error", f"{PATH}.clientSecret", "looks like a credential")),
    ],
)
def test_invalid_server_settings_are_rejected(auth0: dict[str, Any], expected: tuple[str, str, str]) -> None:
    [(severity, path, message)] = problems(tenant(auth0=auth0))
    assert (severity, path) == expected[:2]
    assert message.startswith(expected[2])


@pytest.mark.parametrize(
    ("client", "path", "message"),
    [
        (agent(clientId="mine"), "clientId", "declares a client ID, but Auth0 assigns client IDs"),
        (
            agent(secret={"issued": "2026-11-01", "lifetime": "180d"}),
            "secret.lifetime",
            "declares an expiry, but Auth0's client secrets do not expire",
        ),
        (
            agent(secret={"rotateAfter": "90d", "overlap": "7d"}),
            "secret.overlap",
            "is not supported by Auth0: a client has one secret, which a rotation ends at once",
        ),
        (
            agent(federatedCredential={"issuer": "https://ci.example", "subject": "main"}),
            "federatedCredential",
            "is not supported by Auth0",
        ),
        (
            agent(privateKeyJwt={"jwksUrl": "https://agent.example/jwks"}),
            "privateKeyJwt.jwksUrl",
            "is not supported by Auth0 for clients that a stack registers",
        ),
        (
            agent(privateKeyJwt={"certificate": public_key().replace("MII", "MI", 1)}),
            "privateKeyJwt.certificate",
            "cannot be read as a certificate or public key",
        ),
        (
            agent(privateKeyJwt={"certificate": ECKey.generate_key("P-256").as_pem(private=False).decode()}),
            "privateKeyJwt.certificate",
            "has no RSA key, the only type that Auth0 accepts",
        ),
        (
            agent(privateKeyJwt={"certificate": small_key()}),
            "privateKeyJwt.certificate",
            "has a key of 1024 bits, but Auth0 accepts 2048 to 4096",
        ),
    ],
)
def test_invalid_client_settings_are_rejected(client: dict[str, Any], path: str, message: str) -> None:
    assert problems(tenant(clients={"agent": client})) == [("error", f"clients.agent.{path}", message)]


@pytest.mark.parametrize(
    "url",
    [
        "http://claude.ai/client.json",
        "https://localhost/client.json",
        "https://claude.ai",
        "https://claude.ai/",
        "https://claude.ai/client.json?x=1",
        "https://claude.ai/client.json#x",
        "https://claude.ai/a/../client.json",
        "https://claude.ai/a/%2E%2e/client.json",
        "https://claude.ai/%zz",
        "https://user@claude.ai/client.json",
        f"https://claude.ai/{'a' * 120}",
    ],
)
def test_metadata_document_url_that_auth0_rejects_is_rejected(url: str) -> None:
    registration = {"metadataDocuments": {"documents": [url], "access": ["7/test"]}}
    declared = tenant(auth0={"registration": registration, "tenantSettings": {"manage": True}})
    severity, path, _ = problems(declared)[0]
    assert (severity, path) == ("error", f"{PATH}.registration.metadataDocuments.documents[0]")


def test_registration_methods_warn_unless_the_stack_manages_the_tenant_settings() -> None:
    registration = {
        "dynamic": {"access": ["7/test"]},
        "metadataDocuments": {"documents": [DOCUMENT], "access": ["7/test"]},
    }
    open_to_all = (
        "warning",
        f"{PATH}.registration.dynamic",
        "lets everyone register clients with any redirect URI, because Auth0 cannot restrict the hosts",
    )
    needs = "needs a setting of the whole Auth0 tenant, which this stack does not manage"
    assert problems(tenant(auth0={"registration": registration})) == [
        open_to_all,
        ("warning", f"{PATH}.registration.dynamic", needs),
        ("warning", f"{PATH}.registration.metadataDocuments", needs),
    ]
    managed = {"registration": registration, "tenantSettings": {"manage": True}}
    assert problems(tenant(auth0=managed)) == [open_to_all]


def test_registration_access_must_name_declared_resources() -> None:
    registration = {
        "dynamic": {"access": ["7/staging"]},
        "metadataDocuments": {"documents": [DOCUMENT], "access": ["8/*"]},
    }
    findings = problems(tenant(auth0={"registration": registration, "tenantSettings": {"manage": True}}))
    assert [(path, message) for severity, path, message in findings if severity == "error"] == [
        (f"{PATH}.registration.dynamic.access[0]", "names 7/staging, which the tenant does not declare"),
        (
            f"{PATH}.registration.metadataDocuments.access[0]",
            "names 8/*, which the tenant does not declare",
        ),
    ]


def test_sign_in_paths_to_one_resource_must_admit_the_same_people() -> None:
    clients = {"desktop": desktop(), "portal": desktop(access=["7/test"], people="everyone")}
    [(severity, path, message)] = problems(tenant(clients=clients))
    assert (severity, path) == ("error", "clients.portal.people")
    assert message.startswith("admits other people to 7/test than clients.desktop does, and auth0 admits")


def test_loopback_redirect_uri_without_a_port_warns() -> None:
    uris = ["http://127.0.0.1/callback", "http://localhost:80/callback", "https://hooli.example/callback"]
    assert problems(tenant(clients={"desktop": desktop(redirectUris=uris)})) == [
        (
            "warning",
            "clients.desktop.redirectUris[0]",
            "has no port, and Auth0 compares redirect URIs exactly, port included",
        )
    ]


def test_longest_names_fit_auth0s_description_limit() -> None:
    declared = tenant(clients={"a" * 40: desktop(people=PEOPLE)})
    declared["id"] = "t" * 63
    assert load(declared).warnings == ()
    assert len(f"Flow MCP client {'a' * 40} of {'t' * 63}") <= 140


def test_objects_that_are_unique_in_an_auth0_tenant_belong_to_one_stack() -> None:
    documents = {"metadataDocuments": {"documents": [DOCUMENT], "access": ["7/test"]}}
    declaration = load(
        tenant(
            auth0={
                "roles": {"create": True},
                "registration": documents,
                "tenantSettings": {"manage": True},
            }
        )
    ).declaration
    assert [description for _, description in declaration.kind.owns(declaration)] == [
        "the settings of the Auth0 tenant hooli.eu.auth0.com",
        "the role planners of the Auth0 tenant hooli.eu.auth0.com",
        f"the document {DOCUMENT} in the Auth0 tenant hooli.eu.auth0.com",
    ]
    alone = load(tenant()).declaration
    assert list(alone.kind.owns(alone)) == []
