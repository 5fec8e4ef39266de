"""The envelope of a settings document."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from flow_mcp.settings import SettingsDocument, SettingsEnvelope
from tests.unit.runtime import acme

SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "envelope.schema.json"
CANONICAL = acme.settings().canonical_json()
DIGEST = f"sha-256:{sha256(CANONICAL.encode()).hexdigest()}"


def envelope(**changes: object) -> str:
    whole = {"version": 1, "tenant": "acme", "revision": 7, "digest": DIGEST, "settings": CANONICAL}
    return json.dumps(whole | changes)


def test_an_envelope_contains_the_canonical_document_and_its_digest() -> None:
    assert json.loads(SettingsEnvelope.of(acme.settings(), 7).to_json()) == json.loads(envelope())


def test_an_envelope_is_canonical_json_with_a_line_break() -> None:
    text = SettingsEnvelope.of(acme.settings(), 7).to_json()
    assert text.startswith('{"digest":"sha-256:')
    assert text.endswith(',"tenant":"acme","version":1}\n')


def test_an_envelope_is_parsed_from_its_json() -> None:
    read = SettingsEnvelope.from_json(SettingsEnvelope.of(acme.settings(), 7).to_json())
    assert (read.tenant, read.revision, read.document()) == ("acme", 7, acme.settings())


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"settings": CANONICAL + " "}, "the digest does not match the settings"),
        ({"digest": "sha-256:" + "0" * 64}, "the digest does not match the settings"),
        ({"digest": DIGEST.upper()}, "String should match pattern"),
        ({"revision": 0}, "greater than or equal to 1"),
        ({"revision": 2**53}, "less than 9007199254740992"),
        ({"revision": "7"}, "valid integer"),
        ({"version": 2}, "Input should be 1"),
        ({"secret": "x"}, "Extra inputs are not permitted"),
        ({"settings": None}, "valid string"),
    ],
)
def test_an_invalid_envelope_is_rejected(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        SettingsEnvelope.from_json(envelope(**changes))


@pytest.mark.parametrize("name", ["version", "tenant", "revision", "digest", "settings"])
def test_every_member_is_required(name: str) -> None:
    whole = json.loads(envelope())
    del whole[name]
    with pytest.raises(ValidationError, match="Field required"):
        SettingsEnvelope.from_json(json.dumps(whole))


def test_the_document_of_another_tenant_is_rejected() -> None:
    other = acme.settings().model_copy(update={"tenant": "other"})
    text = json.loads(SettingsEnvelope.of(other, 1).to_json()) | {"tenant": "acme"}
    with pytest.raises(
        ValueError, match="the envelope is for the tenant acme, but its settings are for the tenant other"
    ):
        SettingsEnvelope.from_json(json.dumps(text)).document()


def test_an_invalid_document_with_the_right_digest_is_rejected() -> None:
    text = envelope(settings="{}", digest=f"sha-256:{sha256(b'{}').hexdigest()}")
    with pytest.raises(ValidationError, match="Field required"):
        SettingsEnvelope.from_json(text).document()


def test_the_published_schema_accepts_an_envelope_and_requires_every_member() -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    whole = json.loads(SettingsEnvelope.of(acme.settings(), 7).to_json())
    validator.validate(whole)
    for name in whole:
        assert not validator.is_valid({other: value for other, value in whole.items() if other != name})


def test_the_document_in_an_envelope_equals_the_stacks_output_byte_for_byte() -> None:
    read = SettingsEnvelope.from_json(SettingsEnvelope.of(acme.settings(), 1).to_json())
    assert read.settings == SettingsDocument.from_json(CANONICAL).canonical_json()
