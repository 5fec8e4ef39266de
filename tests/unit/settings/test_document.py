"""The settings document: validation and canonical JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from pydantic import ValidationError

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.load import instance_of
from flow_mcp.settings import SettingsDocument

REPOSITORY = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("acme.settings.json")


@pytest.fixture(scope="module")
def document() -> SettingsDocument:
    """The document of the sample acme."""
    declaration = from_file(
        REPOSITORY / "stacks" / "Pulumi.acme.yaml", instance_of(REPOSITORY / "Pulumi.yaml")
    ).declaration
    return declaration.kind.settings(declaration, {})


@pytest.fixture
def value(document: SettingsDocument) -> Any:
    """The same document as JSON values that a test can change."""
    return json.loads(document.canonical_json())


def test_the_sample_results_in_the_golden_document(document: SettingsDocument) -> None:
    assert json.loads(document.canonical_json()) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_document_is_canonical_json(document: SettingsDocument) -> None:
    text = document.canonical_json()
    assert text.encode() == rfc8785.dumps(json.loads(text))
    assert not re.search(r"\bnull\b", text)


def test_a_document_is_parsed_from_its_json(document: SettingsDocument) -> None:
    text = document.canonical_json()
    assert SettingsDocument.from_json(text) == document
    assert SettingsDocument.from_json(text.encode()).canonical_json() == text


def test_the_order_of_keys_and_spaces_do_not_matter(document: SettingsDocument, value: Any) -> None:
    def with_reversed_keys(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: with_reversed_keys(part[key]) for key in reversed(part)}
        return [with_reversed_keys(item) for item in part] if isinstance(part, list) else part

    text = json.dumps(with_reversed_keys(value), indent=4, ensure_ascii=False)
    assert SettingsDocument.from_json(text).canonical_json() == document.canonical_json()


def test_the_document_contains_no_credential(document: SettingsDocument) -> None:
    words = set(re.findall(r"[a-z]+", document.canonical_json().lower()))
    assert words.isdisjoint({"password", "assertion", "privatekey", "passphrase"})
    assert [word for word in words if "secret" in word] == ["secret"]  # the method, client-secret
    for server in document.authorization_servers:
        for request in (request for client in server.clients for request in client.token_requests):
            sent = {*request.parameters, *(request.authorization_parameters or {})}
            assert sent <= {
                "grant_type",
                "scope",
                "client_id",
                "code_challenge_method",
                "response_type",
                "resource",
            }


def put(value: Any, path: str, given: Any) -> None:
    """Set the value at a path such as `authorizationServers.0.issuers`; `...` removes it."""
    *above, last = path.split(".")
    for key in above:
        value = value[int(key)] if key.isdigit() else value[key]
    if given is ...:
        del value[last]
    else:
        value[last] = given


@pytest.mark.parametrize(
    ("path", "given", "kind"),
    [
        ("more", 1, "extra_forbidden"),
        ("version", 2, "literal_error"),
        ("version", "1", "literal_error"),
        ("version", ..., "missing"),
        ("tenant", ..., "missing"),
        ("tenant", None, "string_type"),
        ("tenant", 1, "string_type"),
        ("authorizationServers", [], "too_short"),
        ("authorizationServers.0.tokenProfile.clockSkewSeconds", "60", "int_type"),
        ("authorizationServers.0.token_profile", {}, "extra_forbidden"),
        ("authorizationServers.0.issuers", [], "too_short"),
        ("authorizationServers.0.registration.open", True, "extra_forbidden"),
        ("authorizationServers.0.tokenProfile.clockSkewSeconds", 301, "less_than_equal"),
        ("authorizationServers.0.tokenProfile.clockSkewSeconds", 1.5, "int_type"),
        ("authorizationServers.0.tokenProfile.person", [], "too_short"),
        ("authorizationServers.0.tokenProfile.conditions.0.must", "be", "literal_error"),
        ("authorizationServers.0.clients.0.grant", "implicit", "enum"),
        ("authorizationServers.0.clients.0.clientSecret", "x", "extra_forbidden"),
        ("protectedResources.0.authorizationServers.0.audiences", [], "too_short"),
    ],
)
def test_an_invalid_settings_document_is_rejected(value: Any, path: str, given: Any, kind: str) -> None:
    put(value, path, given)
    with pytest.raises(ValidationError) as refused:
        SettingsDocument.from_json(json.dumps(value))
    assert (path, kind) in {
        (".".join(map(str, item["loc"])), item["type"]) for item in refused.value.errors()
    }


SERVER = "http://127.0.0.1:8180/realms/acme"
ALGORITHMS = "algorithms must be among ES256, ES384, ES512, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512"


@pytest.mark.parametrize(
    ("path", "given", "message"),
    [
        (
            "protectedResources.0.environment",
            "test",
            "each protected resource may occur only once in a document",
        ),
        (
            "authorizationServers.0.clients.0.clientId",
            "legacy-crm",
            f"two clients of {SERVER} have the same client ID",
        ),
        (
            "authorizationServers.0.clients.0.name",
            "legacy-crm",
            f"two clients of {SERVER} have the same name",
        ),
        ("authorizationServers.0.tokenProfile.algorithms", ["HS256"], ALGORITHMS),
        ("authorizationServers.0.tokenProfile.algorithms", ["none"], ALGORITHMS),
        (
            "authorizationServers.0.tokenProfile.conditions.0.values",
            [],
            "`values` is required with one-of, no-suffix and prefix, and not allowed otherwise "
            "(must: one-of)",
        ),
        (
            "authorizationServers.0.authority",
            "https://x.example",
            f"456/production refers to {SERVER}, which is not in authorizationServers",
        ),
    ],
)
def test_a_document_with_duplicate_names_or_dangling_references_is_rejected(
    value: Any, path: str, given: Any, message: str
) -> None:
    put(value, path, given)
    with pytest.raises(ValidationError) as refused:
        SettingsDocument.from_json(json.dumps(value))
    assert f"Value error, {message}" in [item["msg"] for item in refused.value.errors()]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("protectedResources", "each protected resource may occur only once in a document"),
        ("authorizationServers", "each authority may occur only once in a document"),
    ],
)
def test_duplicate_parts_are_rejected(value: Any, part: str, message: str) -> None:
    value[part] = value[part][:1] * 2
    with pytest.raises(ValidationError) as refused:
        SettingsDocument.from_json(json.dumps(value))
    assert [item["msg"] for item in refused.value.errors()] == [f"Value error, {message}"]


@pytest.mark.parametrize("key", ["tenant", "authority", "access", "registration"])
def test_a_duplicate_key_is_rejected_because_parsers_differ(document: SettingsDocument, key: str) -> None:
    text = document.canonical_json().replace(f'"{key}":', f'"{key}":"x","{key}":', 1)
    assert text.count(f'"{key}":"x"') == 1
    with pytest.raises(ValidationError) as refused:
        SettingsDocument.from_json(text)
    assert [item["type"] for item in refused.value.errors()] == ["repeated_key"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "1", '"x"', "\ufeff{}", "[" * 100_000, b"\xff", b"\x00"]
)
def test_text_other_than_a_json_object_is_rejected(text: str | bytes) -> None:
    with pytest.raises(ValidationError):
        SettingsDocument.from_json(text)
