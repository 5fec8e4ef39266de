"""What somebody probably meant."""

from __future__ import annotations

from flow_mcp.common.suggestions import did_you_mean


def test_the_closest_is_asked_for_and_nothing_where_none_is_close() -> None:
    assert did_you_mean("acne", ["globex", "acme"]) == "Did you mean acme?"
    assert did_you_mean("umbrella", ["globex", "acme"]) == ""
    assert did_you_mean("acne", []) == ""
