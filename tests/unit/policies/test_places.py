"""Places find values in a resource's properties of any shape."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.property_paths import EACH, below, found
from flow_mcp.review.policy.rule import Resource, Unknown

UNKNOWN = Unknown("there")


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ({"a": [{"b": 1}, {"b": 2}]}, [(("a", 0, "b"), 1), (("a", 1, "b"), 2)]),
        ({"a": {"x": {"b": 1}, "y": {"b": None}}}, [(("a", "x", "b"), 1)]),
        # A scalar in place of a list or mapping is yielded, so that rules evaluate it.
        ({"a": "text"}, [(("a",), "text")]),
        ({"a": True}, [(("a",), True)]),
        ({"a": ["text"]}, []),
        ({"a": [[{"b": 1}]]}, []),
        ({"a": []}, []),
        ({"a": {}}, []),
        ({"a": None}, []),
        ({"c": 1}, []),
        (None, []),
        ("text", []),
        (
            {"a": [UNKNOWN, {"b": UNKNOWN}, {"b": 3}]},
            [(("a", 0), UNKNOWN), (("a", 1, "b"), UNKNOWN), (("a", 2, "b"), 3)],
        ),
        ({"a": UNKNOWN}, [(("a",), UNKNOWN)]),
        (UNKNOWN, [((), UNKNOWN)]),
    ],
)
def test_a_place_finds_every_existing_value_with_its_path(value: Any, at: list[Any]) -> None:
    assert list(below(value, ("a", EACH, "b"))) == at


def test_an_empty_place_finds_the_value_itself() -> None:
    assert list(below({"a": 1}, (), ("here",))) == [(("here",), {"a": 1})]


def test_the_places_of_the_resources_type_are_searched_in_its_inputs_or_else_its_outputs() -> None:
    places = {"a:b:C": (("one",), ("two", EACH))}
    assert list(found(Resource("a:b:C", inputs={"one": 1}, outputs={"one": 2}), places)) == [(("one",), 1)]
    assert list(found(Resource("a:b:C", outputs={"two": [3]}), places)) == [(("two", 0), 3)]
    assert list(found(Resource("a:b:D", inputs={"one": 1}), places)) == []
