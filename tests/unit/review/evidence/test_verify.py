"""Verification of evidence against expected documents, and its output."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined] # it lists no exports

from flow_mcp.review.evidence import dsse, show
from flow_mcp.review.evidence.errors import NotVerifiedError
from flow_mcp.review.evidence.keys import public_key, signer
from flow_mcp.review.evidence.statement import Statement
from flow_mcp.review.evidence.verify import Expected, Verified, verify
from tests.unit.review.evidence.samples import FILE, SETTINGS, predicate, statement, write_keys
from tests.unit.runtime import acme

DOCUMENT = acme.settings().canonical_json().encode()


@pytest.fixture
def key(tmp_path: Path) -> SSlibKey:
    return public_key(write_keys(tmp_path)[1])


def _signed(directory: Path, payload: bytes) -> bytes:
    return dsse.seal(payload, signer(write_keys(directory)[0], str))


def test_evidence_that_covers_the_expected_documents_is_verified(tmp_path: Path, key: SSlibKey) -> None:
    data = _signed(tmp_path, statement().canonical_json())
    settings = {"a": SETTINGS.to_json().encode(), "b": DOCUMENT, "c": DOCUMENT + b"\n"}
    expected = Expected(["acme"], settings, {"Pulumi.acme.yaml": FILE})
    assert verify(data, [key, key], expected) == Verified(statement(), (key.keyid,), 0)


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        (Expected(["globex", "acme"]), "it does not cover the tenant globex"),
        (Expected(settings={"x.json": b"{}"}), "it does not cover the settings in x.json"),
        (
            Expected(settings={"x.json": DOCUMENT + b"\n\n"}),
            "it does not cover the settings in x.json",
        ),
        (Expected(declarations={"x": FILE + b"#"}), "it does not cover the declaration in x"),
        (
            Expected(["globex"], {"x": b""}, {"y": b""}),
            "it does not cover the tenant globex; it does not cover the settings in x; "
            "it does not cover the declaration in y",
        ),
    ],
)
def test_evidence_about_other_documents_is_not_verified(
    tmp_path: Path, key: SSlibKey, expected: Expected, message: str
) -> None:
    with pytest.raises(NotVerifiedError) as raised:
        verify(_signed(tmp_path, statement().canonical_json()), [key], expected)
    assert str(raised.value) == f"it is signed, but {message}"


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "Invalid JSON: EOF while parsing a value at line 1 column 0"),
        (b"[" * 100_000, "Invalid JSON: recursion limit exceeded at line 1 column 202"),
        (b'{"_type": "x"}', "_type: Input should be 'https://in-toto.io/Statement/v1'"),
        (
            statement().canonical_json().replace(b'"predicate":{', b'"predicate":{"\\u202e\\u001b[31m":1,'),
            r"predicate.\u202e\x1b[31m: Extra inputs are not permitted",
        ),
    ],
    ids=["empty", "deep", "other", "hostile"],
)
def test_a_signed_file_that_is_not_evidence_is_not_verified(
    tmp_path: Path, key: SSlibKey, payload: bytes, message: str
) -> None:
    with pytest.raises(NotVerifiedError) as raised:
        verify(_signed(tmp_path, payload), [key], Expected())
    assert str(raised.value) == f"it is signed, but is not evidence of version 1: {message}"


def test_an_unsigned_payload_is_not_parsed(tmp_path: Path, key: SSlibKey) -> None:
    unrelated = dsse.seal(b"no JSON", signer(write_keys(tmp_path, "other")[0], str))
    with pytest.raises(NotVerifiedError) as raised:
        verify(unrelated, [key], Expected())
    assert str(raised.value) == f"it has no signature by the key {key.keyid} (signatures in the file: 1)"


def test_the_evidence_is_shown_line_by_line() -> None:
    digests = [subject.digest.sha256 for subject in statement().subject]
    diff = statement().predicate.diff
    assert diff
    assert list(show.lines(Verified(statement(), ("a1b2",), 1))) == [
        "verified: signed by the key a1b2",
        "  not checked: 1 signature by other keys",
        "as of 2026-11-25, created by flow-mcp 0.1.0",
        "evaluated with 2 rules (2 mandatory)",
        f"changes from a preview, as of 2026-11-24, {diff.digest}",
        "",
        "acme (stack acme)",
        f"  settings/acme: sha256 {digests[0]}",
        f"  stacks/Pulumi.acme.yaml: sha256 {digests[1]}",
        "  settings: revision 7, 2 protected resources, 3 clients",
        "  changes: 1 change, 1 operation (1 low, 1 medium)",
        "    medium: The client agent gains access to 456/test",
        "    unknown: agent: its client ID is still to be assigned",
        "  policies: 1 finding (1 violation)",
        "    mandatory, violation: FLOWMCP-016: clients.agent.access[0]: "
        "grants access to every workspace of the tenant",
        "      accepted by security until 2027-01-31: until the split",
    ]


def test_evidence_without_a_diff_says_so() -> None:
    without_diff = Statement.of(predicate(diff=None), {"acme": FILE})
    assert "changes: not included" in list(show.lines(Verified(without_diff, ("a1b2",), 0)))


def test_signed_texts_are_escaped() -> None:
    hostile = "\x1b[2J\u202e<script>\n" + "x" * 10_000
    content = json.loads(statement().canonical_json())
    waiver = content["predicate"]["tenants"][0]["findings"][0]
    waiver |= {"rule": hostile, "problem": hostile, "urn": hostile}
    waiver["waiver"] |= {"reason": hostile, "acceptedBy": hostile, "expires": hostile}
    content["predicate"]["tools"] = {hostile: hostile}
    hostile_statement = Statement.from_json(json.dumps(content).encode())
    lines = list(show.lines(Verified(hostile_statement, ("a1b2",), 0)))
    assert len(lines) == 16 - 1
    assert all(line.isprintable() and len(line) < 1_000 for line in lines)
    assert any(r"\x1b[2J\u202e<script>\n" in line for line in lines)


def test_the_json_output_contains_the_whole_statement() -> None:
    assert show.as_json(Verified(statement(), ("a1b2",), 1)) == {
        "verified": True,
        "signedBy": ["a1b2"],
        "otherSignatures": 1,
        "statement": json.loads(statement().canonical_json()),
    }
