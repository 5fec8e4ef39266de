"""The diff as JSON, and the digest that an approval names."""

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
_OTHER = {
    "mandatory": "advisory",
    "advisory": "mandatory",
    "violation": "failed",
    "failed": "violation",
    "preview": "base",
}


def as_json(outcome: Outcome) -> Any:
    return json.loads(json_text(outcome))


def test_the_document_has_the_published_shape() -> None:
    schema = diff_schema()
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(as_json(shown.OUTCOME))


def test_nothing_that_a_terminal_obeys_is_in_the_text() -> None:
    text = json_text(shown.OUTCOME)
    assert text.isascii()
    assert all(character.isprintable() or character == "\n" for character in text)


def test_the_document_has_everything_once() -> None:
    told = as_json(shown.OUTCOME)
    acme = told["tenants"][0]
    assert [each["stack"] for each in told["tenants"]] == ["acme", "globex", "initech", "stark"]
    assert [(each["kind"], [f["rule"] for f in each["findings"]]) for each in acme["changes"]] == [
        ("group-gains-access", []),
        ("redirect-uri-added", ["TEST-001"]),
        ("lifetime-shrinks", ["TEST-002"]),
    ]
    assert [each["rule"] for each in acme["findings"]] == ["TEST-003", "TEST-004", "TEST-005"]
    assert acme["findings"][1]["waiver"] == {
        "acceptedBy": "security",
        "reason": "A move, @team",
        "expires": "2026-12-31",
    }
    assert [(each["op"], each["risk"]) for each in acme["operations"]] == [
        ("create", "low"),
        ("delete", "medium"),
        ("replace", "high"),
        ("update", "low"),
    ]
    assert (told["risk"], told["needsApproval"], told["blocked"], told["unknowns"]) == (
        "high",
        True,
        True,
        [{"subject": "policies", "text": "changed too", "blocks": False}],
    )


def _variants(value: Any) -> Iterator[tuple[str, Any]]:
    """The value with each part of it changed, all the way down."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            for what, part in _variants(getattr(value, field.name)):
                yield f"{field.name}.{what}", replace(value, **{field.name: part})
    elif isinstance(value, Waiver):
        for name in type(value).model_fields:
            yield name, value.model_copy(update={name: "2027-01-01"})
        yield "gone", None
    elif isinstance(value, tuple):
        yield "fewer", value[1:] if value else ("more",)
        for index, part in enumerate(value):
            for what, changed in _variants(part):
                yield f"{index}.{what}", (*value[:index], changed, *value[index + 1 :])
    elif isinstance(value, bool):
        yield "not", not value
    elif isinstance(value, Risk):
        yield "risk", Risk.NONE if value is not Risk.NONE else Risk.HIGH
    elif isinstance(value, str):
        yield "other", _OTHER.get(value, f"{value} ")
    elif isinstance(value, int):
        yield "more", value + 1
    elif isinstance(value, list):
        yield "longer", [*value, "more"]


VARIANTS = [each for each in _variants(shown.ACME) if each[0] not in {"judgements.fewer", "changes.fewer"}]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant[0])
def test_whatever_an_approver_saw_is_in_the_digest(variant: tuple[str, TenantDiff]) -> None:
    assert digest([variant[1]]) != DIGEST


def test_a_digest_is_the_same_for_the_same_and_in_any_order() -> None:
    assert digest([replace(shown.ACME)]) == DIGEST
    assert DIGEST.startswith("sha256:")
    assert digest(shown.OUTCOME.diffs) == digest(reversed(shown.OUTCOME.diffs))
    assert digest(shown.OUTCOME.diffs) != digest(shown.OUTCOME.diffs[:-1])
    assert digest(shown.OUTCOME.diffs) != digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns)


def test_whoever_was_given_the_document_gets_the_same_digest() -> None:
    given = DiffDocument.model_validate_json(json_text(shown.OUTCOME))
    assert digest_of(given) == given.digest == digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns)


def test_the_day_and_the_commit_are_in_the_digest_only_by_what_they_change() -> None:
    other = replace(shown.OUTCOME, as_of=date(2027, 1, 1), base="0" * 40)
    assert document(other).digest == document(shown.OUTCOME).digest


@pytest.mark.parametrize(
    ("diff", "code"),
    [
        (TenantDiff("a", "preview", ()), 0),
        (shown.OTHER, 0),
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
        "unknowable",
        "refused",
    ],
)
def test_the_exit_code_says_what_a_pipeline_must_do(diff: TenantDiff, code: int) -> None:
    assert Outcome((diff,), "preview", shown.AS_OF).exit_code == code
