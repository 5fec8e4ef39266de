"""Suggestions for misspelt names."""

from __future__ import annotations

from flow_mcp.common.suggestions import did_you_mean


def test_the_most_similar_name_is_suggested_if_any_is_similar() -> None:
    assert did_you_mean("acne", ["globex", "acme"]) == "Did you mean acme?"
    assert did_you_mean("umbrella", ["globex", "acme"]) == ""
    assert did_you_mean("acne", []) == ""
