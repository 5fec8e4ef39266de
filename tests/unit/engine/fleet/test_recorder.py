"""A success is recorded only if the last update is its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flow_mcp.engine.fleet.recorder import Success
from flow_mcp.engine.stacks import Listed

BEGAN = datetime(2026, 11, 30, 10, 19, 4, 185_900, UTC)
ENDED = datetime(2026, 11, 30, 10, 19, 9, 0, UTC)
BEFORE = Listed("2026-11-29T08:00:00.000Z", 3, in_progress=False)


def at(moment: str, resources: int = 3, *, in_progress: bool = False) -> Listed:
    return Listed(f"2026-11-30T10:19:{moment}Z", resources, in_progress=in_progress)


@pytest.mark.parametrize(
    ("listed", "own"),
    [
        (at("04.185"), True),
        (at("09.000"), True),
        (at("04.184"), False),
        (at("09.001"), False),
        (at("05.000", in_progress=True), False),
        (BEFORE, False),
        (Listed(None, 0, in_progress=False), False),
        (None, False),
    ],
)
def test_an_update_is_the_last_if_the_backend_lists_a_time_within_it(
    listed: Listed | None, own: bool
) -> None:
    assert Success("sha256:1", BEGAN, ENDED, BEFORE, wrote=True).is_last(listed) is own


@pytest.mark.parametrize(
    ("listed", "same"), [(BEFORE, True), (at("05.000"), False), (Listed(BEFORE.updated, 4, False), False)]
)
def test_where_nothing_was_applied_the_backend_must_list_what_it_listed_before(
    listed: Listed, same: bool
) -> None:
    assert Success("sha256:1", BEGAN, ENDED, BEFORE, wrote=False).is_last(listed) is same
