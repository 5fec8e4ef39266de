"""What rules say of a declaration: violations, waivers, and rules that break."""

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
    "FLOWMCP-900", "high", "mandatory", "violation", ("clients",), "", "are too many", "Remove some."
)


def test_a_violation_blocks_and_advice_does_not() -> None:
    judged = evaluate(pack(TooMany(), Advice()), tenant(), DAY)
    advice = RuleResult(
        "FLOWMCP-901", "low", "advisory", "violation", ("clients",), "", "are too many", "Remove some."
    )
    assert judged == (REFUSED, advice)
    assert [each.blocks for each in judged] == [True, False]


def test_what_a_rule_accepts_is_not_mentioned() -> None:
    assert evaluate(pack(TooMany(), Advice()), tenant(0), DAY) == ()


def test_a_rule_is_judged_by_its_configuration() -> None:
    configured = pack(
        TooMany(), Advice(), FLOWMCP_900={"limit": 1}, FLOWMCP_901={"enforcementLevel": "mandatory"}
    )
    assert [(each.rule_id, each.blocks) for each in evaluate(configured, tenant(), DAY)] == [
        ("FLOWMCP-901", True)
    ]
    assert evaluate(pack(TooMany(), FLOWMCP_900="disabled"), tenant(), DAY) == ()
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
def test_a_waiver_holds_to_the_end_of_its_day_if_who_gave_it_may(
    who_may: list[str], day: date, waived: bool
) -> None:
    (judged,) = evaluate(
        pack(TooMany(), FLOWMCP_900={"waivableBy": who_may}), tenant(waivers={"FLOWMCP-900": WAIVER}), day
    )
    assert (judged.waiver, judged.blocks) == ((WAIVED, False) if waived else (None, True))


def test_a_rule_that_raises_blocks_whatever_its_level_and_repeats_no_value() -> None:
    (judged,) = evaluate(pack(Raising(), FLOWMCP_902="advisory"), tenant(), DAY)
    assert judged == RuleResult(
        "FLOWMCP-902",
        "high",
        "mandatory",
        "failed",
        (),
        "",
        "could not be judged: the rule raised LookupError",
        "Mend the rule; until then nothing is let through.",
    )
    assert judged.blocks


def test_a_rule_that_is_judged_last_knows_which_others_were_judged_in_full_and_found_nothing() -> None:
    rules = pack(
        Idle(), TooMany(), Advice(), OfResources(), FLOWMCP_900={"limit": 1}, FLOWMCP_903={"limit": 1}
    )
    assert [(each.rule_id, each.problem) for each in evaluate(rules, tenant(), DAY)] == [
        ("FLOWMCP-904", "idle: FLOWMCP-900"),
        ("FLOWMCP-901", "are too many"),
    ]
