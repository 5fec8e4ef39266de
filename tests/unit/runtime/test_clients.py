"""Tests of clients of registration methods and their access, beside those of the test vectors."""

from __future__ import annotations

import pytest

from flow_mcp.runtime import Reason
from flow_mcp.settings import DynamicRegistration, Grant, MetadataDocuments, Registration
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AGENT, DESKTOP, GONE, PRODUCTION, TEST, TESTER, decided, token

CLAUDE = "https://claude.ai/oauth/claude-code-client-metadata"


def reason(client: str, at: str, registration: Registration, *, person: bool = True) -> Reason:
    """Return the reason for a call with a token that is valid except for its client."""
    environment = at.rpartition("/")[2]
    kind = {} if person else {"sid": GONE, "client_id": client}
    body = acme.claims(azp=client, aud=at, scope=f"mcp-456-{environment} flow", **kind)
    return decided(token(body), at, acme.settings(registration)).reason


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


@pytest.mark.parametrize("client", ["https://claude.ai/", "https://claude.ai/client?v=1"])
def test_a_metadata_document_on_a_trusted_domain_is_a_client(client: str) -> None:
    assert reason(client, TEST, acme.OPEN) is Reason.ALLOWED


@pytest.mark.parametrize(
    "client",
    [
        "HTTPS://claude.ai/client.json",
        "https://notclaude.ai/client.json",
        "https://evil.example#@claude.ai/client.json",
        "https://claude.ai:port/client.json",
        "https://claude.ai/client json",
        "https://untrusted.example/client.json",
        "https:///claude.ai/client.json",
    ],
)
def test_other_urls_are_not_clients_even_with_open_dynamic_registration(client: str) -> None:
    assert reason(client, TEST, acme.OPEN) is Reason.UNREGISTERED_CLIENT


def test_a_metadata_document_is_no_dynamic_client() -> None:
    only_dynamic = Registration(dynamic=acme.OPEN.dynamic)
    assert reason(CLAUDE, TEST, only_dynamic) is Reason.UNREGISTERED_CLIENT


def test_domains_are_compared_without_case() -> None:
    documents = MetadataDocuments(domains=("Claude.AI", "*.Trusted.Example"), access=("456/test",))
    shouted = Registration(metadata_documents=documents)
    assert reason(CLAUDE, TEST, shouted) is Reason.ALLOWED
    assert reason("https://a.TRUSTED.example/c", TEST, shouted) is Reason.ALLOWED
