"""The statement: its content, and the rejection of contradictions."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from flow_mcp.review.diff.document import digest, digest_of, document
from flow_mcp.review.evidence.schema import evidence_schema
from flow_mcp.review.evidence.statement import Statement
from tests.unit.review.evidence.samples import FILE, OUTCOME, SETTINGS, evidence, predicate, statement
from tests.unit.runtime import acme


def _as_json() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(statement().canonical_json())
    return content


def _rejection(content: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as raised:
        Statement.from_json(json.dumps(content).encode())
    return str(raised.value)


def test_it_is_an_in_toto_statement_about_settings_and_files() -> None:
    content = _as_json()
    assert {key: content[key] for key in ("_type", "predicateType", "subject")} == {
        "_type": "https://in-toto.io/Statement/v1",
        "predicateType": "https://profitbase.biz/flow-mcp/evidence/v1",
        "subject": [
            {
                "name": "settings/acme",
                "digest": {"sha256": sha256(acme.settings().canonical_json().encode()).hexdigest()},
            },
            {"name": "stacks/Pulumi.acme.yaml", "digest": {"sha256": sha256(FILE).hexdigest()}},
        ],
    }
    assert content["predicate"].keys() == {"asOf", "tools", "policies", "diff", "tenants"}


def test_it_is_canonical_and_parsed_without_loss() -> None:
    text = statement().canonical_json()
    assert text == rfc8785.dumps(json.loads(text))
    assert Statement.from_json(text) == statement()


def test_the_published_schema_accepts_it() -> None:
    Draft202012Validator.check_schema(evidence_schema())
    Draft202012Validator(evidence_schema()).validate(_as_json())


def test_a_parsed_diff_keeps_the_approved_digest() -> None:
    parsed = Statement.from_json(statement().canonical_json()).predicate.diff
    assert parsed == document(OUTCOME)
    assert parsed.digest == digest_of(parsed) == digest(OUTCOME.diffs, OUTCOME.unknowns)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("_type", "https://in-toto.io/Statement/v0.1", "Input should be 'https://in-toto.io/Statement/v1'"),
        ("predicateType", "https://slsa.dev/provenance/v1", "Input should be 'https://profitbase.biz/"),
        ("extra", 1, "Extra inputs are not permitted"),
        ("subject", [], "at least 1 item"),
        (
            "subject.0.digest.sha256",
            "0" * 64,
            "the digest of the subject settings/acme is that of another document",
        ),
        ("subject.0.digest.sha256", "0", "String should match pattern"),
        ("subject.0.digest.sha512", "0", "Extra inputs are not permitted"),
        ("subject.1.name", "stacks/Pulumi.globex.yaml", "the subjects must be settings/acme, stacks/Pulumi."),
        ("predicate.tenants", [], "at least 1 item"),
        ("predicate.tenants.0.tenant", "globex", "declaration and settings must belong to the tenant"),
        ("predicate.tenants.0.declaration.tenant.id", "globex", "declaration and settings must belong to"),
        ("predicate.tenants.0.settings.settings", "{}", "the digest does not match the settings"),
        ("predicate.diff.tenants.0.stack", "globex", "the diff's digest does not match its content"),
        ("predicate.diff.digest", "sha256:" + "0" * 64, "the diff's digest does not match its content"),
        ("predicate.asOf", "yesterday", "is not a date of this century"),
        ("predicate.policies", {"FLOWMCP-001": "never"}, "Input should be 'mandatory', 'advisory' or"),
    ],
)
def test_contradictions_are_rejected(path: str, value: object, message: str) -> None:
    content = _as_json()
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    part: Any = content
    for key in above:
        part = part[key]
    part[last] = value
    assert message in _rejection(content)


def test_settings_that_the_runtime_would_reject_are_rejected() -> None:
    content = _as_json()
    settings = content["predicate"]["tenants"][0]["settings"]
    settings |= {"settings": "{}", "digest": f"sha-256:{sha256(b'{}').hexdigest()}"}
    assert "the settings are not a settings document of version 1" in _rejection(content)


def test_a_duplicate_subject_or_tenant_is_rejected() -> None:
    content = _as_json()
    content["subject"].append(content["subject"][0])
    assert "the subjects must be settings/acme, stacks/Pulumi.acme.yaml" in _rejection(content)
    with pytest.raises(ValidationError, match="each tenant must occur once"):
        Statement.of(
            predicate(diff=None, tenants=(evidence(), evidence(stack="other"))), {"acme": FILE, "other": FILE}
        )


def test_a_diff_must_cover_every_stack() -> None:
    with pytest.raises(ValidationError, match="the diff does not cover the stack other"):
        predicate(tenants=(evidence(stack="other"),))


def test_a_duplicate_key_is_rejected() -> None:
    text = statement().canonical_json().replace(b'{"_type":', b'{"_type":"x","_type":', 1)
    with pytest.raises(ValidationError, match="An object has a key twice"):
        Statement.from_json(text)


def test_settings_keep_their_revision() -> None:
    assert _as_json()["predicate"]["tenants"][0]["settings"] == json.loads(SETTINGS.to_json())
