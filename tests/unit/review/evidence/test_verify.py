"""What evidence must be about, and how it is shown."""

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
    return dsse.sealed(payload, signer(write_keys(directory)[0], str))


def test_evidence_about_what_is_expected_is_verified(tmp_path: Path, key: SSlibKey) -> None:
    data = _signed(tmp_path, statement().canonical_json())
    settings = {"a": SETTINGS.to_json().encode(), "b": DOCUMENT, "c": DOCUMENT + b"\n"}
    expected = Expected(["acme"], settings, {"Pulumi.acme.yaml": FILE})
    assert verify(data, [key, key], expected) == Verified(statement(), (key.keyid,), 0)


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        (Expected(["globex", "acme"]), "it is not about the tenant globex"),
        (Expected(settings={"x.json": b"{}"}), "it is about other settings than those in x.json"),
        (
            Expected(settings={"x.json": DOCUMENT + b"\n\n"}),
            "it is about other settings than those in x.json",
        ),
        (Expected(declarations={"x": FILE + b"#"}), "it is about another declaration than that in x"),
        (
            Expected(["globex"], {"x": b""}, {"y": b""}),
            "it is not about the tenant globex; it is about other settings than those in x; "
            "it is about another declaration than that in y",
        ),
    ],
)
def test_evidence_about_something_else_proves_nothing(
    tmp_path: Path, key: SSlibKey, expected: Expected, why: str
) -> None:
    with pytest.raises(NotVerifiedError) as refused:
        verify(_signed(tmp_path, statement().canonical_json()), [key], expected)
    assert str(refused.value) == f"it is signed, but {why}"


@pytest.mark.parametrize(
    ("payload", "why"),
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
def test_what_is_signed_and_no_evidence_proves_nothing(
    tmp_path: Path, key: SSlibKey, payload: bytes, why: str
) -> None:
    with pytest.raises(NotVerifiedError) as refused:
        verify(_signed(tmp_path, payload), [key], Expected())
    assert str(refused.value) == f"it is signed, but is no evidence of version 1: {why}"


def test_what_nobody_signed_is_not_read(tmp_path: Path, key: SSlibKey) -> None:
    other = dsse.sealed(b"no JSON", signer(write_keys(tmp_path, "other")[0], str))
    with pytest.raises(NotVerifiedError) as refused:
        verify(other, [key], Expected())
    assert str(refused.value) == f"it has 1 signature, and none by the key {key.keyid}"


def test_it_is_shown_line_by_line() -> None:
    digests = [subject.digest.sha256 for subject in statement().subject]
    diff = statement().predicate.diff
    assert diff
    assert list(show.lines(Verified(statement(), ("a1b2",), 1))) == [
        "verified: signed by the key a1b2",
        "  not looked at: 1 signature by other keys",
        "as of 2026-11-25, made by flow-mcp 0.1.0",
        "judged by 2 rules (2 mandatory)",
        f"compared with a preview, as of 2026-11-24, {diff.digest}",
        "",
        "acme (stack acme)",
        f"  settings/acme: sha256 {digests[0]}",
        f"  stacks/Pulumi.acme.yaml: sha256 {digests[1]}",
        "  settings: revision 7, 2 protected resources, 3 clients",
        "  changed: 1 change, 1 operation (1 low, 1 medium)",
        "    medium: The client agent gains access to 456/test",
        "    unknown: agent: its client ID is still to be assigned",
        "  policies: 1 finding (1 violation)",
        "    mandatory, violation: FLOWMCP-016: clients.agent.access[0]: reaches every workspace",
        "      accepted by security until 2027-01-31: until the split",
    ]


def test_without_a_diff_that_is_said() -> None:
    bare = Statement.of(predicate(diff=None), {"acme": FILE})
    assert "what changed is not in it" in list(show.lines(Verified(bare, ("a1b2",), 0)))


def test_texts_that_were_signed_are_shown_and_not_obeyed() -> None:
    hostile = "\x1b[2J\u202e<script>\n" + "x" * 10_000
    written = json.loads(statement().canonical_json())
    waiver = written["predicate"]["tenants"][0]["findings"][0]
    waiver |= {"rule": hostile, "problem": hostile, "urn": hostile}
    waiver["waiver"] |= {"reason": hostile, "acceptedBy": hostile, "expires": hostile}
    written["predicate"]["tools"] = {hostile: hostile}
    told = Statement.from_json(json.dumps(written).encode())
    lines = list(show.lines(Verified(told, ("a1b2",), 0)))
    assert len(lines) == 16 - 1
    assert all(line.isprintable() and len(line) < 1_000 for line in lines)
    assert any(r"\x1b[2J\u202e<script>\n" in line for line in lines)


def test_a_program_gets_all_of_it() -> None:
    assert show.as_json(Verified(statement(), ("a1b2",), 1)) == {
        "verified": True,
        "signedBy": ["a1b2"],
        "otherSignatures": 1,
        "statement": json.loads(statement().canonical_json()),
    }
