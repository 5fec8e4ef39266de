"""Metadata is found where the specification says, and must be the declared server's."""

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
def test_the_specification_s_addresses_are_tried_in_its_order(
    authority: str, addresses: tuple[str, ...]
) -> None:
    assert discovery_addresses(authority) == addresses


def test_the_whole_state_comes_from_the_document() -> None:
    found = read(StandIn({OAUTH: json_answer(200, document(client_id_metadata_document_supported=True))}))
    assert found == MetadataState(
        authority=AUTHORITY,
        issuer=AUTHORITY,
        metadata_url="https://id.example/.well-known/oauth-authorization-server/realms/acme",
        authorization_endpoint=f"{AUTHORITY}/auth",
        token_endpoint=f"{AUTHORITY}/token",
        jwks_uri=f"{AUTHORITY}/certs",
        client_id_metadata_document_supported=True,
    )


def test_the_first_address_that_has_it_is_named() -> None:
    stand_in = StandIn({OPENID_APPENDED: json_answer(200, document())})
    assert read(stand_in).metadata_url == f"{AUTHORITY}/.well-known/openid-configuration"
    assert stand_in.requests == [OAUTH, OPENID_INSERTED, OPENID_APPENDED]


def test_the_order_in_which_a_server_lists_things_is_no_difference() -> None:
    first = read(StandIn({OAUTH: json_answer(200, document(grant_types_supported=["a", "b"]))}))
    assert first == read(StandIn({OAUTH: json_answer(200, document(grant_types_supported=["b", "a"]))}))


@pytest.mark.parametrize("authority", [f"{AUTHORITY}/", AUTHORITY.upper(), "https://id.example/realms/Acme"])
def test_another_issuer_is_refused_and_both_are_named(authority: str) -> None:
    said = refusal(StandIn({"*": json_answer(200, document())}), authority)
    assert said.startswith(f"The authority is declared as {authority}, but https://")
    assert f"names the issuer {AUTHORITY}: declare exactly the issuer" in said


def test_metadata_of_another_issuer_does_not_hide_the_right_one() -> None:
    other = document(issuer="https://id.example")
    stand_in = StandIn({OAUTH: json_answer(200, other), OPENID_APPENDED: json_answer(200, document())})
    assert read(stand_in).issuer == AUTHORITY


def test_where_there_is_none_every_address_is_named_with_its_answer() -> None:
    stand_in = StandIn({OAUTH: httpx.Response(500), OPENID_INSERTED: httpx.Response(200, text="<html>")})
    said = refusal(stand_in)
    assert "oauth-authorization-server/realms/acme answered 500" in said
    assert "openid-configuration/realms/acme names no issuer" in said
    assert f"{AUTHORITY}/.well-known/openid-configuration answered 404" in said


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"token_endpoint": None}, "tokenEndpoint"), ({"grant_types_supported": "code"}, "grantTypesSupported")],
)
def test_unusable_metadata_is_named(changed: dict[str, Any], named: str) -> None:
    assert f"has no usable {named}" in refusal(StandIn({OAUTH: json_answer(200, document(**changed))}))


def test_a_server_that_does_not_answer_is_not_asked_at_each_address() -> None:
    stand_in = StandIn({"*": httpx.ConnectError("refused")})
    with pytest.raises(UnreachableError, match=f"^The authorization server {AUTHORITY} is not there: "):
        read(stand_in)
    assert set(stand_in.requests) == {OAUTH}


def test_reading_again_notices_what_changed_and_an_import_needs_only_the_authority() -> None:
    before = read(StandIn({OAUTH: json_answer(200, document())}))
    resource = MetadataResource(StandIn({OAUTH: json_answer(200, document(jwks_uri=f"{AUTHORITY}/keys"))}))
    for state in (before, None):
        found = resource.read(AUTHORITY, state)
        assert found is not None
        assert (found.id, found.state.jwks_uri) == (AUTHORITY, f"{AUTHORITY}/keys")
    assert resource.update(AUTHORITY, MetadataInputs(authority=AUTHORITY), before).jwks_uri.endswith("/keys")


def test_metadata_that_is_gone_is_forgotten_by_a_refresh_and_refused_to_an_import() -> None:
    before = read(StandIn({OAUTH: json_answer(200, document())}))
    resource = MetadataResource(StandIn({}))
    assert resource.read(AUTHORITY, before) is None
    with pytest.raises(MetadataError, match=r"^No metadata of the authorization server"):
        resource.read(AUTHORITY, None)


def test_a_server_that_fails_or_does_not_answer_is_not_taken_for_one_that_is_gone() -> None:
    before = read(StandIn({OAUTH: json_answer(200, document())}))
    for answers in ({OAUTH: httpx.Response(500)}, {"*": httpx.ConnectError("refused")}):
        with pytest.raises((MetadataError, UnreachableError)):
            MetadataResource(StandIn(answers)).read(AUTHORITY, before)
