"""Tests of `--trust`: Keycloak fetches a client ID metadata document from this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.live.authority import Authority
from tests.live.https_site import Site, https_site

_REALM = "metadata-documents"
_REDIRECT = "http://127.0.0.1/callback"
# Keycloak compares every URL of the document with these hosts, including the redirect URI.
_DOMAINS = ["localhost", "127.0.0.1"]


@pytest.fixture(autouse=True)
def realm(admin: httpx.Client) -> Iterator[None]:
    """A realm that accepts metadata documents of this machine."""
    admin.post("", json={"realm": _REALM, "enabled": True})
    executor = {
        "executor": "client-id-metadata-document",
        "configuration": {"cimd-allow-permitted-domains": _DOMAINS},
    }
    condition = {
        "condition": "client-id-uri",
        "configuration": {
            "client-id-uri-scheme": ["https"],
            "client-id-uri-allow-permitted-domains": _DOMAINS,
        },
    }
    profile = {"name": "cimd", "executors": [executor]}
    policy = {"name": "cimd", "enabled": True, "conditions": [condition], "profiles": ["cimd"]}
    admin.put(f"{_REALM}/client-policies/profiles", json={"profiles": [profile]})
    admin.put(f"{_REALM}/client-policies/policies", json={"policies": [policy]})
    yield
    admin.delete(_REALM)


def test_a_client_with_a_metadata_document_is_accepted(
    keycloak: LocalKeycloak, admin: httpx.Client, authority: Authority
) -> None:
    with https_site(authority) as site:
        status = _sign_in(keycloak, site)
        clients = [client["clientId"] for client in admin.get(f"{_REALM}/clients").json()]
        assert (status, site.requests, clients.count(f"{site.url}/client.json")) == (200, ["/client.json"], 1)


def test_a_site_with_an_untrusted_certificate_is_not_fetched(keycloak: LocalKeycloak, tmp_path: Path) -> None:
    with https_site(Authority(tmp_path)) as site:
        assert (_sign_in(keycloak, site), site.requests) == (400, [])


def _sign_in(keycloak: LocalKeycloak, site: Site) -> int:
    """Return the status of Keycloak's answer to a sign-in for the client with this site's document."""
    client_id = f"{site.url}/client.json"
    document = {
        "client_id": client_id,
        "client_name": "A client of the tests",
        "redirect_uris": [_REDIRECT],
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }
    site.pages["/client.json"] = json.dumps(document).encode()
    answer = httpx.get(
        f"{keycloak.url}/realms/{_REALM}/protocol/openid-connect/auth",
        params={
            "client_id": client_id,
            "redirect_uri": _REDIRECT,
            "response_type": "code",
            "scope": "openid",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        },
        trust_env=False,
    )
    return answer.status_code
