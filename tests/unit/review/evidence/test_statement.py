"""The statement: what it must hold, and that it cannot contradict itself."""

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


def _written() -> dict[str, Any]:
    written: dict[str, Any] = json.loads(statement().canonical_json())
    return written


def _why(written: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        Statement.from_json(json.dumps(written).encode())
    return str(refused.value)


def test_it_is_an_in_toto_statement_about_settings_and_files() -> None:
    written = _written()
    assert {key: written[key] for key in ("_type", "predicateType", "subject")} == {
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
    assert written["predicate"].keys() == {"asOf", "tools", "policies", "diff", "tenants"}


def test_it_is_canonical_and_read_again_as_it_was() -> None:
    text = statement().canonical_json()
    assert text == rfc8785.dumps(json.loads(text))
    assert Statement.from_json(text) == statement()


def test_the_published_schema_accepts_it() -> None:
    Draft202012Validator.check_schema(evidence_schema())
    Draft202012Validator(evidence_schema()).validate(_written())


def test_a_diff_that_was_read_keeps_the_digest_that_was_approved() -> None:
    read = Statement.from_json(statement().canonical_json()).predicate.diff
    assert read == document(OUTCOME)
    assert read.digest == digest_of(read) == digest(OUTCOME.diffs, OUTCOME.unknowns)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("_type", "https://in-toto.io/Statement/v0.1", "Input should be 'https://in-toto.io/Statement/v1'"),
        ("predicateType", "https://slsa.dev/provenance/v1", "Input should be 'https://profitbase.biz/"),
        ("extra", 1, "Extra inputs are not permitted"),
        ("subject", [], "at least 1 item"),
        (
            "subject.0.digest.sha256",
            "0" * 64,
            "the digest of the subject settings/acme is another document's",
        ),
        ("subject.0.digest.sha256", "0", "String should match pattern"),
        ("subject.0.digest.sha512", "0", "Extra inputs are not permitted"),
        ("subject.1.name", "stacks/Pulumi.globex.yaml", "the subjects must be settings/acme, stacks/Pulumi."),
        ("predicate.tenants", [], "at least 1 item"),
        ("predicate.tenants.0.tenant", "globex", "declaration and settings must be of the tenant"),
        ("predicate.tenants.0.declaration.tenant.id", "globex", "declaration and settings must be of the"),
        ("predicate.tenants.0.settings.settings", "{}", "the digest does not match the settings"),
        ("predicate.diff.tenants.0.stack", "globex", "the diff's digest is not that of what it tells"),
        ("predicate.diff.digest", "sha256:" + "0" * 64, "the diff's digest is not that of what it tells"),
        ("predicate.asOf", "yesterday", "is not a date of this century"),
        ("predicate.policies", {"FLOWMCP-001": "never"}, "Input should be 'mandatory', 'advisory' or"),
    ],
)
def test_what_contradicts_itself_is_refused(path: str, value: object, why: str) -> None:
    written = _written()
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    part: Any = written
    for key in above:
        part = part[key]
    part[last] = value
    assert why in _why(written)


def test_settings_that_no_runtime_takes_are_refused() -> None:
    written = _written()
    settings = written["predicate"]["tenants"][0]["settings"]
    settings |= {"settings": "{}", "digest": f"sha-256:{sha256(b'{}').hexdigest()}"}
    assert "the settings are no settings document of version 1" in _why(written)


def test_a_subject_or_a_tenant_that_stands_twice_is_refused() -> None:
    written = _written()
    written["subject"].append(written["subject"][0])
    assert "the subjects must be settings/acme, stacks/Pulumi.acme.yaml" in _why(written)
    with pytest.raises(ValidationError, match="each tenant must be there once"):
        Statement.of(
            predicate(diff=None, tenants=(evidence(), evidence(stack="other"))), {"acme": FILE, "other": FILE}
        )


def test_a_diff_must_be_about_every_stack() -> None:
    with pytest.raises(ValidationError, match="the diff says nothing of the stack other"):
        predicate(tenants=(evidence(stack="other"),))


def test_a_key_that_stands_twice_is_refused() -> None:
    text = statement().canonical_json().replace(b'{"_type":', b'{"_type":"x","_type":', 1)
    with pytest.raises(ValidationError, match="An object has a key twice"):
        Statement.from_json(text)


def test_settings_keep_their_revision() -> None:
    assert _written()["predicate"]["tenants"][0]["settings"] == json.loads(SETTINGS.to_json())
