"""The metadata resource reads the URLs of the specification and accepts only the declared issuer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.discovery.metadata_resource import (
    MetadataInputs,
    MetadataResource,
    MetadataState,
    discovery_addresses,
)
from flow_mcp.authorization_servers.errors import MetadataError, UnreachableError
from tests.unit.authorization_servers.network import StandIn, json_answer

AUTHORITY = "https://id.example/realms/acme"
OAUTH = "GET /.well-known/oauth-authorization-server/realms/acme"
OPENID_INSERTED = "GET /.well-known/openid-configuration/realms/acme"
OPENID_APPENDED = "GET /realms/acme/.well-known/openid-configuration"


def document(**changed: Any) -> dict[str, Any]:
    return {
        "issuer": AUTHORITY,
        "authorization_endpoint": f"{AUTHORITY}/auth",
        "token_endpoint": f"{AUTHORITY}/token",
        "jwks_uri": f"{AUTHORITY}/certs",
        "scopes_supported": ["openid", "address"],
        "other": "ignored",
    } | changed


def read(stand_in: StandIn, authority: str = AUTHORITY) -> MetadataState:
    return MetadataResource(stand_in).create(MetadataInputs(authority=authority)).state


def refusal(stand_in: StandIn, authority: str = AUTHORITY) -> str:
    with pytest.raises(MetadataError) as raised:
        read(stand_in, authority)
    return str(raised.value)


@pytest.mark.parametrize(
    ("authority", "addresses"),
    [
        (
            AUTHORITY,
            (
                "https://id.example/.well-known/oauth-authorization-server/realms/acme",
                "https://id.example/.well-known/openid-configuration/realms/acme",
                "https://id.example/realms/acme/.well-known/openid-configuration",
            ),
        ),
        (
            "https://acme.eu.auth0.com/",
            (
                "https://acme.eu.auth0.com/.well-known/oauth-authorization-server",
                "https://acme.eu.auth0.com/.well-known/openid-configuration",
            ),
        ),
    ],
)
def test_metadata_urls_are_tried_in_the_order_of_the_specification(
    authority: str, addresses: tuple[str, ...]
) -> None:
    assert discovery_addresses(authority) == addresses


def test_state_contains_all_metadata_of_the_document() -> None:
    state = read(StandIn({OAUTH: json_answer(200, document(client_id_metadata_document_supported=True))}))
    assert state == MetadataState(
        authority=AUTHORITY,
        issuer=AUTHORITY,
        metadata_url="https://id.example/.well-known/oauth-authorization-server/realms/acme",
        authorization_endpoint=f"{AUTHORITY}/auth",
        token_endpoint=f"{AUTHORITY}/token",
        jwks_uri=f"{AUTHORITY}/certs",
        client_id_metadata_document_supported=True,
    )


def test_metadata_url_is_the_first_that_answers() -> None:
    stand_in = StandIn({OPENID_APPENDED: json_answer(200, document())})
    assert read(stand_in).metadata_url == f"{AUTHORITY}/.well-known/openid-configuration"
    assert stand_in.requests == [OAUTH, OPENID_INSERTED, OPENID_APPENDED]


def test_order_of_lists_in_the_metadata_is_ignored() -> None:
    first = read(StandIn({OAUTH: json_answer(200, document(grant_types_supported=["a", "b"]))}))
    assert first == read(StandIn({OAUTH: json_answer(200, document(grant_types_supported=["b", "a"]))}))


@pytest.mark.parametrize("authority", [f"{AUTHORITY}/", AUTHORITY.upper(), "https://id.example/realms/Acme"])
def test_metadata_of_another_issuer_is_rejected_with_both_issuers(authority: str) -> None:
    message = refusal(StandIn({"*": json_answer(200, document())}), authority)
    assert message.startswith(f"The authority is declared as {authority}, but https://")
    assert f"names the issuer {AUTHORITY}. Declare exactly that issuer" in message


def test_later_url_with_the_right_issuer_is_used() -> None:
    other_issuer = document(issuer="https://id.example")
    stand_in = StandIn({OAUTH: json_answer(200, other_issuer), OPENID_APPENDED: json_answer(200, document())})
    assert read(stand_in).issuer == AUTHORITY


def test_missing_metadata_error_lists_every_url_with_its_response() -> None:
    stand_in = StandIn({OAUTH: httpx.Response(500), OPENID_INSERTED: httpx.Response(200, text="<html>")})
    message = refusal(stand_in)
    assert "oauth-authorization-server/realms/acme answered 500" in message
    assert "openid-configuration/realms/acme names no issuer" in message
    assert f"{AUTHORITY}/.well-known/openid-configuration answered 404" in message


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"token_endpoint": None}, "tokenEndpoint"), ({"grant_types_supported": "code"}, "grantTypesSupported")],
)
def test_unusable_metadata_field_is_named(changed: dict[str, Any], named: str) -> None:
    assert f"has no usable {named}" in refusal(StandIn({OAUTH: json_answer(200, document(**changed))}))


def test_unreachable_server_is_tried_at_one_url_only() -> None:
    stand_in = StandIn({"*": httpx.ConnectError("refused")})
    with pytest.raises(UnreachableError, match=f"^The authorization server {AUTHORITY} does not answer: "):
        read(stand_in)
    assert set(stand_in.requests) == {OAUTH}


def test_read_returns_changed_metadata_and_import_needs_only_the_authority() -> None:
    before = read(StandIn({OAUTH: json_answer(200, document())}))
    resource = MetadataResource(StandIn({OAUTH: json_answer(200, document(jwks_uri=f"{AUTHORITY}/keys"))}))
    assert resource.read(AUTHORITY, before).state.jwks_uri == f"{AUTHORITY}/keys"
    assert resource.read(AUTHORITY, None).state.authority == AUTHORITY
    assert resource.update(AUTHORITY, MetadataInputs(authority=AUTHORITY), before).jwks_uri.endswith("/keys")
