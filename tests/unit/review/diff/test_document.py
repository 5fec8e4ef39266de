"""The diff as a JSON document, and the digest that an approval names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL
from flow_mcp.declaration.waivers import Waiver
from flow_mcp.review.diff import Risk, TenantDiff, digest
from flow_mcp.review.diff.document import DiffDocument, diff_schema, digest_of, document, json_text
from flow_mcp.review.diff.outcome import Outcome
from tests.unit.review.diff import shown

DIGEST = digest([shown.ACME])
_ALTERNATIVES = {
    "mandatory": "advisory",
    "advisory": "mandatory",
    "violation": "failed",
    "failed": "violation",
    "preview": "base",
}


def as_json(outcome: Outcome) -> Any:
    return json.loads(json_text(outcome))


def test_the_document_matches_its_schema() -> None:
    schema = diff_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(as_json(shown.OUTCOME))


def test_the_text_contains_no_control_characters() -> None:
    text = json_text(shown.OUTCOME)
    assert text.isascii()
    assert all(character.isprintable() or character == "\n" for character in text)


def test_the_document_contains_everything_once() -> None:
    content = as_json(shown.OUTCOME)
    acme = content["tenants"][0]
    assert [tenant["stack"] for tenant in content["tenants"]] == ["acme", "globex", "initech", "stark"]
    assert [
        (change["kind"], [finding["rule"] for finding in change["findings"]]) for change in acme["changes"]
    ] == [
        ("group-gains-access", []),
        ("redirect-uri-added", ["TEST-001"]),
        ("lifetime-shrinks", ["TEST-002"]),
    ]
    assert [finding["rule"] for finding in acme["findings"]] == ["TEST-003", "TEST-004", "TEST-005"]
    assert acme["findings"][1]["waiver"] == {
        "acceptedBy": "security",
        "reason": "A move, @team",
        "expires": "2026-12-31",
    }
    assert [(operation["op"], operation["risk"]) for operation in acme["operations"]] == [
        ("create", "low"),
        ("delete", "medium"),
        ("replace", "high"),
        ("update", "low"),
    ]
    assert (content["risk"], content["needsApproval"], content["blocked"], content["unknowns"]) == (
        "high",
        True,
        True,
        [{"subject": "policies", "text": "has changed", "blocks": False}],
    )


def _variants(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield copies of a value in each of which one part is changed, at every depth."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for name, part in _variants(getattr(value, field.name)):
                yield f"{field.name}.{name}", replace(value, **{field.name: part})
    elif isinstance(value, Waiver):
        for name in type(value).model_fields:
            yield name, value.model_copy(update={name: "2027-01-01"})
        yield "removed", None
    elif isinstance(value, tuple):
        yield "fewer", value[1:] if value else ("more",)
        for index, part in enumerate(value):
            for name, changed in _variants(part):
                yield f"{index}.{name}", (*value[:index], changed, *value[index + 1 :])
    elif isinstance(value, bool):
        yield "not", not value
    elif isinstance(value, Risk):
        yield "risk", Risk.NONE if value is not Risk.NONE else Risk.HIGH
    elif isinstance(value, str):
        yield "other", _ALTERNATIVES.get(value, f"{value} ")
    elif isinstance(value, int):
        yield "more", value + 1
    elif isinstance(value, list):
        yield "longer", [*value, "more"]


VARIANTS = [variant for variant in _variants(shown.ACME) if variant[0] != "changes.fewer"]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant[0])
def test_the_digest_covers_everything_that_an_approver_sees(variant: tuple[str, TenantDiff]) -> None:
    assert digest([variant[1]]) != DIGEST


def test_the_digest_depends_on_the_content_and_not_on_the_order() -> None:
    assert digest([replace(shown.ACME)]) == DIGEST
    assert DIGEST.startswith("sha256:")
    assert digest(shown.OUTCOME.diffs) == digest(reversed(shown.OUTCOME.diffs))
    assert digest(shown.OUTCOME.diffs) != digest(shown.OUTCOME.diffs[:-1])
    assert digest(shown.OUTCOME.diffs) != digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns)


def test_the_digest_can_be_computed_from_the_document() -> None:
    parsed = DiffDocument.model_validate_json(json_text(shown.OUTCOME))
    assert digest_of(parsed) == parsed.digest == digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns)


def test_the_day_and_the_commit_are_not_part_of_the_digest() -> None:
    changed = replace(shown.OUTCOME, as_of=date(2027, 1, 1), base="0" * 40)
    assert document(changed).digest == document(shown.OUTCOME).digest


@pytest.mark.parametrize(
    ("diff", "code"),
    [
        (TenantDiff("a", "preview", ()), 0),
        (shown.WITH_ADVICE, 0),
        (replace(shown.ACME, rule_results=(), unknowns=(), operations=()), NEEDS_APPROVAL),
        (TenantDiff("a", "preview", (), operations=shown.ACME.operations[:1]), NEEDS_APPROVAL),
        (TenantDiff("a", "preview", (), unknowns=shown.ACME.unknowns), NEEDS_APPROVAL),
        (replace(shown.ACME, changes=shown.ACME.changes[2:], operations=(), unknowns=(), rule_results=()), 0),
        (shown.BLOCKED, BLOCKED),
        (shown.ACME, BLOCKED),
    ],
    ids=[
        "nothing",
        "advice",
        "changes",
        "resources without a change",
        "unknowns",
        "low",
        "undetermined",
        "blocked",
    ],
)
def test_the_exit_code_depends_on_risk_and_blocks(diff: TenantDiff, code: int) -> None:
    assert Outcome((diff,), "preview", shown.AS_OF).exit_code == code
