"""Tests of the registration checks, which delete the clients that they register."""

from __future__ import annotations

import httpx
import pytest

from flow_mcp.operations.verify import registration
from tests.unit.operations.verify.fake import AUTHORIZE, REGISTER, TOKEN, Fake, program_token
from tests.unit.runtime import acme

_MADE = {
    "client_id": "made",
    "client_secret": "the-made-client's-secret",
    "registration_client_uri": f"{REGISTER}/made",
    "registration_access_token": "the-registration-token",
    "token_endpoint_auth_method": "none",
}
_DOCUMENT = "https://claude.ai/oauth/client.json"


def _open(*, declared: bool = True) -> Fake:
    fake = Fake(registration=acme.OPEN if declared else None)
    fake.metadata["registration_endpoint"] = REGISTER
    fake.answer("POST", REGISTER, 201, _MADE)
    fake.answer("DELETE", f"{REGISTER}/made", 204)
    return fake


def test_declared_registration_works_and_its_client_is_deleted() -> None:
    fake = _open()
    assert fake.observed(registration.works) == [
        ("pass", "without scopes", "answered 201"),
        ("pass", "with its scopes", "answered 201"),
    ]
    assert [request[:2] for request in fake.requests if request[0] != "GET"] == [
        ("POST", REGISTER),
        ("DELETE", f"{REGISTER}/made"),
    ] * 2


def test_a_rejected_declared_registration_is_reported() -> None:
    fake = _open()
    error = {"error": "insufficient_scope", "error_description": "Policy 'Trusted Hosts' rejected request"}
    fake.answer("POST", REGISTER, 403, error)
    assert fake.statuses(registration.works) == ["fail", "fail"]
    del fake.metadata["registration_endpoint"]
    assert fake.statuses(registration.advertised) == ["fail"]


def test_open_undeclared_registration_is_reported_and_its_client_is_deleted() -> None:
    fake = _open(declared=False)
    assert fake.statuses(registration.closed) == ["fail", "fail"]
    assert [r[0] for r in fake.requests if r[0] != "GET"] == ["POST", "DELETE"] * 2
    fake.answer("POST", REGISTER, 403, {"error": "insufficient_scope"})
    assert fake.statuses(registration.closed) == ["pass", "pass"]
    del fake.metadata["registration_endpoint"]
    assert fake.observed(registration.closed) == [("pass", "", "not advertised")]


def test_a_client_that_cannot_be_deleted_is_reported() -> None:
    fake = _open()
    fake.answer("DELETE", f"{REGISTER}/made", 401)
    assert ("fail", "without scopes", "the client made could not be deleted") in fake.observed(
        registration.works
    )


def test_the_registration_token_is_not_sent_to_another_host() -> None:
    fake = _open()
    fake.answer("POST", REGISTER, 201, _MADE | {"registration_client_uri": "https://evil.example/made"})
    fake.observed(registration.works)
    assert [url for _, url, _ in fake.requests if "evil.example" in url] == []


def test_a_registered_program_with_access_is_reported() -> None:
    fake = _open(declared=False)
    # The server issues a token of the declared program to the registered client.
    fake.answer("POST", TOKEN, 200, {"access_token": program_token()})
    assert ("fail", "456/production, without scopes") in [
        seen[:2] for seen in fake.observed(registration.without_data)
    ]
    fake.answer("POST", TOKEN, 400, {"error": "unauthorized_client"})
    assert {*fake.statuses(registration.without_data)} == {"pass"}


def test_no_secret_of_a_registration_is_shown() -> None:
    fake = _open(declared=False)
    error = f"no: {_MADE['client_secret']} {_MADE['registration_access_token']}"
    fake.answer("POST", TOKEN, 400, {"error": "x", "error_description": error})
    assert {seen for _, _, seen in fake.observed(registration.without_data)} == {
        "no token: answered 400, x, no: [hidden] [hidden]"
    }


def test_an_accepted_undeclared_redirect_is_reported() -> None:
    assert _open().statuses(registration.strange_redirect) == ["fail"]


@pytest.mark.parametrize("method", ["client_secret_basic", None])
def test_a_public_client_that_gets_a_secret_is_a_warning(method: str | None) -> None:
    fake = _open()
    fake.answer("POST", REGISTER, 201, _MADE | {"token_endpoint_auth_method": method})
    assert fake.observed(registration.stays_public) == [("warn", "", f"token_endpoint_auth_method: {method}")]


def test_a_rejected_registration_with_unknown_fields_is_a_warning() -> None:
    fake = _open()
    assert fake.statuses(registration.unknown_fields) == ["pass"]
    error = {"error": "invalid_client_metadata", "error_description": "Unrecognized field"}
    fake.answer("POST", REGISTER, 400, error)
    assert fake.observed(registration.unknown_fields) == [
        ("warn", "", "answered 400, invalid_client_metadata, Unrecognized field")
    ]


def test_declared_metadata_documents_must_be_advertised() -> None:
    fake = _open()
    assert fake.statuses(registration.documents_advertised) == ["fail"]
    fake.metadata["client_id_metadata_document_supported"] = True
    assert fake.statuses(registration.documents_advertised) == ["pass"]


@pytest.mark.parametrize(
    ("address", "location", "status"),
    [
        (_DOCUMENT, "", "pass"),
        (_DOCUMENT, "https://claude.ai/callback?error=invalid_client", "fail"),
        ("https://evil.example/client.json", "", "fail"),
        ("https://evil.example/client.json", "https://evil.example/callback?error=x", "pass"),
    ],
    ids=["trusted, taken", "trusted, refused", "strange, taken", "strange, refused"],
)
def test_a_metadata_document_is_accepted_only_on_a_declared_domain(
    address: str, location: str, status: str
) -> None:
    fake = _open()
    fake.answer("GET", address, 200, {"client_id": address, "redirect_uris": ["https://claude.ai/callback"]})
    fake.answers["GET", AUTHORIZE] = httpx.Response(
        302 if location else 200, headers={"location": location} if location else {}
    )
    assert fake.statuses(registration.documents_work, metadata_document=address) == [status]


def test_without_a_metadata_document_the_check_is_skipped() -> None:
    assert _open().statuses(registration.documents_work) == ["skipped"]
