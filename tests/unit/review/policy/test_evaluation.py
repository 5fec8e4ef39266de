"""Rules are evaluated on a declaration, with waivers and with rules that raise."""

from __future__ import annotations

from datetime import date

import pytest

from flow_mcp.declaration.waivers import Waiver
from flow_mcp.review.policy.evaluation import RuleResult, evaluate
from tests.unit.review.policy.fakes import Advice, Idle, OfResources, Raising, TooMany, pack, tenant

DAY = date(2026, 11, 25)
WAIVER = {"reason": "Moves in March", "acceptedBy": "ciso", "expires": "2026-12-31"}
WAIVED = Waiver(reason="Moves in March", accepted_by="ciso", expires="2026-12-31")
REFUSED = RuleResult(
    "TEST-900", "high", "mandatory", "violation", ("clients",), "", "are too many", "Remove some."
)


def test_a_mandatory_violation_blocks_and_an_advisory_one_does_not() -> None:
    judged = evaluate(pack(TooMany(), Advice()), tenant(), DAY)
    advice = RuleResult(
        "TEST-901", "low", "advisory", "violation", ("clients",), "", "are too many", "Remove some."
    )
    assert judged == (REFUSED, advice)
    assert [each.blocks for each in judged] == [True, False]


def test_an_accepted_declaration_has_no_findings() -> None:
    assert evaluate(pack(TooMany(), Advice()), tenant(0), DAY) == ()


def test_a_rule_is_evaluated_with_its_configuration() -> None:
    configured = pack(TooMany(), Advice(), TEST_900={"limit": 1}, TEST_901={"enforcementLevel": "mandatory"})
    assert [(each.rule_id, each.blocks) for each in evaluate(configured, tenant(), DAY)] == [
        ("TEST-901", True)
    ]
    assert evaluate(pack(TooMany(), TEST_900="disabled"), tenant(), DAY) == ()
    assert [each.level for each in evaluate(pack(TooMany(), all="advisory"), tenant(), DAY)] == ["advisory"]


@pytest.mark.parametrize(
    ("who_may", "day", "waived"),
    [
        (["ciso"], date(2026, 12, 31), True),
        (["cto", "ciso"], DAY, True),
        (["ciso"], date(2027, 1, 1), False),
        (["cto"], DAY, False),
        ([], DAY, False),
    ],
)
def test_a_permitted_waiver_applies_until_the_end_of_its_last_day(
    who_may: list[str], day: date, waived: bool
) -> None:
    (judged,) = evaluate(
        pack(TooMany(), TEST_900={"waivableBy": who_may}), tenant(waivers={"TEST-900": WAIVER}), day
    )
    assert (judged.waiver, judged.blocks) == ((WAIVED, False) if waived else (None, True))


def test_a_rule_that_raises_blocks_at_any_level_without_revealing_a_value() -> None:
    (judged,) = evaluate(pack(Raising(), TEST_902="advisory"), tenant(), DAY)
    assert judged == RuleResult(
        "TEST-902",
        "high",
        "mandatory",
        "failed",
        (),
        "",
        "could not be evaluated: the rule raised LookupError",
        "Correct the rule; until then, nothing is applied.",
    )
    assert judged.blocks


def test_a_rule_evaluated_last_gets_the_rules_that_were_evaluated_in_full_without_a_finding() -> None:
    rules = pack(Idle(), TooMany(), Advice(), OfResources(), TEST_900={"limit": 1}, TEST_903={"limit": 1})
    assert [(each.rule_id, each.problem) for each in evaluate(rules, tenant(), DAY)] == [
        ("TEST-904", "idle: TEST-900"),
        ("TEST-901", "are too many"),
    ]
