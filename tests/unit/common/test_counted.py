"""Numbers with their nouns."""

from __future__ import annotations

from flow_mcp.common.counted import counted


def test_only_one_has_the_singular() -> None:
    assert [counted(number, "tenant") for number in (0, 1, 2)] == ["0 tenants", "1 tenant", "2 tenants"]
