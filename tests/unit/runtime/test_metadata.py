"""Tests of the protected resource metadata (RFC 9728)."""

from __future__ import annotations

import pytest

from flow_mcp.runtime import metadata_documents, metadata_url, resource_metadata
from tests.unit.runtime import acme
from tests.unit.runtime.acme import AUTHORITY, PRODUCTION, TEST, WELL_KNOWN


@pytest.mark.parametrize(
    ("resource", "address"),
    [
        (PRODUCTION, WELL_KNOWN),
        ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example:8443/mcp", "https://a.example:8443/.well-known/oauth-protected-resource/mcp"),
        (
            "https://a.example/mcp?tenant=b",
            "https://a.example/.well-known/oauth-protected-resource/mcp?tenant=b",
        ),
    ],
)
def test_the_well_known_part_is_between_host_and_path(resource: str, address: str) -> None:
    assert metadata_url(resource) == address


def test_every_resource_has_a_document_at_the_address_that_its_challenge_names() -> None:
    documents = metadata_documents(acme.settings())
    assert documents == {
        WELL_KNOWN: {
            "resource": PRODUCTION,
            "authorization_servers": [AUTHORITY],
            "scopes_supported": ["mcp-456-production", "flow"],
            "bearer_methods_supported": ["header"],
        },
        WELL_KNOWN.replace("production", "test"): {
            "resource": TEST,
            "authorization_servers": [AUTHORITY],
            "scopes_supported": ["mcp-456-test", "flow"],
            "bearer_methods_supported": ["header"],
        },
    }
    assert f'resource_metadata="{WELL_KNOWN}"' in (acme.decided(None).challenge or "")


def test_with_two_servers_both_are_listed_and_the_scopes_are_those_of_the_first() -> None:
    at = acme.resource("production").authorization_servers[0]
    preferred = at.model_copy(update={"authority": "https://new.example", "scopes_advertised": ("new",)})
    both = acme.resource("production").model_copy(update={"authorization_servers": (preferred, at)})
    assert resource_metadata(both) == {
        "resource": PRODUCTION,
        "authorization_servers": ["https://new.example", AUTHORITY],
        "scopes_supported": ["new"],
        "bearer_methods_supported": ["header"],
    }
