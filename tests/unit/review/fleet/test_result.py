"""The outcome of a run: exit codes, counts and limits."""

from __future__ import annotations

import pytest

from flow_mcp.review.fleet.fleet import Limits
from flow_mcp.review.fleet.result import Outcome, Result, Status


def result(stack: str, status: Status, **operations: int) -> Result:
    named = {op.replace("_", "-"): number for op, number in operations.items()}
    return Result(stack, status, "changed", named)


@pytest.mark.parametrize(
    ("statuses", "refusal", "interrupted", "code"),
    [
        ((), "", False, 0),
        (("unchanged", "updated", "nothing-to-apply", "new", "previewed"), "", False, 0),
        (("updated", "failed"), "", False, 1),
        (("locked", "blocked"), "", False, 1),
        (("updated", "blocked"), "", False, 4),
        (("not-started",), "too many", False, 4),
        (("interrupted", "failed"), "", True, 130),
    ],
)
def test_the_exit_code_is_that_of_the_worst_result(
    statuses: tuple[Status, ...], refusal: str, interrupted: bool, code: int
) -> None:
    results = tuple(result(str(number), status) for number, status in enumerate(statuses))
    assert Outcome(results, refusal, (), interrupted).exit_code == code


def test_a_replacement_is_a_deletion() -> None:
    assert result("acme", "previewed", create=5, replace=2, delete=1, update=3).deletions == 3


CHANGES = (
    result("a", "previewed", create=3),
    result("b", "previewed", delete=4, replace=1),
    result("c", "previewed", delete=1),
    result("d", "previewed"),
)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(), ""),
        (Limits(tenants=3, deletions=6), ""),
        (Limits(tenants=2), "nothing was changed: the run would make 3 tenants, and --max-tenants is 2"),
        (
            Limits(tenants=0, deletions=5),
            "nothing was changed: the run would make 3 tenants, and --max-tenants is 0; "
            "6 deletions (b 5, c 1), and --max-deletions is 5",
        ),
    ],
)
def test_a_run_that_exceeds_its_limits_is_refused_with_the_counts(limits: Limits, refusal: str) -> None:
    assert limits.refusal(CHANGES) == refusal
