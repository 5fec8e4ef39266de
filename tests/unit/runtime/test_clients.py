"""Tests of clients of registration methods and their access."""

from __future__ import annotations

import pytest

from flow_mcp.runtime import Reason
from flow_mcp.settings import DynamicRegistration, Grant, MetadataDocuments, Registration
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AGENT, DESKTOP, GONE, PRODUCTION, TEST, TESTER, decided, token

CLAUDE = "https://claude.ai/oauth/claude-code-client-metadata"
DYNAMIC = "0b1c2d3e-dynamic"
ONLY_DYNAMIC = Registration(dynamic=acme.OPEN.dynamic)
ONLY_DOCUMENTS = Registration(metadata_documents=acme.OPEN.metadata_documents)
CLOSED = Registration()


def reason(client: str, at: str, registration: Registration, *, person: bool = True) -> Reason:
    """Return the reason for a call with a token that is valid except for its client."""
    environment = at.rpartition("/")[2]
    kind = {} if person else {"sid": GONE, "client_id": client}
    body = acme.claims(azp=client, aud=at, scope=f"mcp-456-{environment} flow", **kind)
    return decided(token(body), at, acme.settings(registration)).reason


@pytest.mark.parametrize(
    ("expected", "client", "at", "registration"),
    [
        pytest.param(Reason.ALLOWED, DYNAMIC, TEST, acme.OPEN, id="dynamic, where it is open"),
        pytest.param(
            Reason.RESOURCE_NOT_GIVEN, DYNAMIC, PRODUCTION, acme.OPEN, id="dynamic, where it is not"
        ),
        pytest.param(
            Reason.UNREGISTERED_CLIENT, DYNAMIC, TEST, ONLY_DOCUMENTS, id="dynamic, documents alone open"
        ),
        pytest.param(Reason.UNREGISTERED_CLIENT, DYNAMIC, TEST, CLOSED, id="dynamic, all closed"),
        pytest.param(Reason.ALLOWED, CLAUDE, TEST, acme.OPEN, id="document, where it is open"),
        pytest.param(
            Reason.RESOURCE_NOT_GIVEN, CLAUDE, PRODUCTION, acme.OPEN, id="document, where it is not"
        ),
        pytest.param(
            Reason.UNREGISTERED_CLIENT, CLAUDE, TEST, ONLY_DYNAMIC, id="document, dynamic alone open"
        ),
        pytest.param(Reason.UNREGISTERED_CLIENT, CLAUDE, TEST, CLOSED, id="document, all closed"),
    ],
)
def test_open_registration_allows_only_its_clients_and_resources(
    expected: Reason, client: str, at: str, registration: Registration
) -> None:
    assert reason(client, at, registration) is expected


@pytest.mark.parametrize("client", [DYNAMIC, CLAUDE])
@pytest.mark.parametrize("at", [PRODUCTION, TEST])
def test_a_client_of_a_registration_method_needs_a_persons_token(client: str, at: str) -> None:
    assert reason(client, at, acme.OPEN, person=False) is Reason.NO_PERSON


def test_open_registration_does_not_extend_a_declared_clients_access() -> None:
    everywhere = Registration(dynamic=DynamicRegistration(access=("456/production", "456/test")))
    assert reason(TESTER, PRODUCTION, everywhere, person=False) is Reason.RESOURCE_NOT_GIVEN
    assert reason(TESTER, TEST, everywhere, person=True) is Reason.WRONG_GRANT
    assert reason(AGENT, TEST, everywhere, person=False) is Reason.ALLOWED
    assert reason(DESKTOP, TEST, everywhere, person=False) is Reason.WRONG_GRANT


def test_a_declared_client_may_have_a_url_as_its_id() -> None:
    declared = acme.server().model_copy(
        update={"clients": (acme.client(CLAUDE, Grant.AUTHORIZATION_CODE, "456/production"),)}
    )
    settings = acme.settings().model_copy(update={"authorization_servers": (declared,)})
    assert decided(token(acme.claims(azp=CLAUDE)), of=settings).reason is Reason.ALLOWED


@pytest.mark.parametrize(
    "client",
    [
        CLAUDE,
        "https://claude.ai/",
        "https://claude.ai:8443/client.json",
        "https://CLAUDE.ai/client.json",
        "https://claude.ai/client?v=1",
        "https://a.trusted.example/client.json",
        "https://a.b.trusted.example/client.json",
    ],
)
def test_a_metadata_document_on_a_trusted_domain_is_a_client(client: str) -> None:
    assert reason(client, TEST, acme.OPEN) is Reason.ALLOWED


@pytest.mark.parametrize(
    "client",
    [
        "http://claude.ai/client.json",
        "HTTPS://claude.ai/client.json",
        "https://claude.ai",
        "https://www.claude.ai/client.json",
        "https://claude.ai.evil.example/client.json",
        "https://evil.example/claude.ai",
        "https://notclaude.ai/client.json",
        "https://claude.ai./client.json",
        "https://claude.ai@evil.example/client.json",
        "https://evil.example\\@claude.ai/client.json",
        "https://evil.example#@claude.ai/client.json",
        "https://claude.ai/client.json#fragment",
        "https://claude.ai:port/client.json",
        "https://cl\u0430ude.ai/client.json",
        "https://claude.ai/client json",
        "https://trusted.example/client.json",
        "https://.trusted.example/client.json",
        "https://untrusted.example/client.json",
        "https://eviltrusted.example/client.json",
        "x-app://claude.ai/client",
        "https:///claude.ai/client.json",
    ],
)
def test_other_urls_are_not_clients_even_with_open_dynamic_registration(client: str) -> None:
    assert reason(client, TEST, acme.OPEN) is Reason.UNREGISTERED_CLIENT


def test_domains_are_compared_without_case() -> None:
    documents = MetadataDocuments(domains=("Claude.AI", "*.Trusted.Example"), access=("456/test",))
    shouted = Registration(metadata_documents=documents)
    assert reason(CLAUDE, TEST, shouted) is Reason.ALLOWED
    assert reason("https://a.TRUSTED.example/c", TEST, shouted) is Reason.ALLOWED
