"""What stands at a place of a resource's properties, whatever shape they have."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.shared_properties import EACH, below, found
from flow_mcp.review.policy.rule import Resource, Unknown

UNKNOWN = Unknown("there")


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ({"a": [{"b": 1}, {"b": 2}]}, [(("a", 0, "b"), 1), (("a", 1, "b"), 2)]),
        ({"a": {"x": {"b": 1}, "y": {"b": None}}}, [(("a", "x", "b"), 1)]),
        # What should have parts and has none is found itself, for it must be judged.
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
def test_a_place_leads_to_every_part_that_is_there(value: Any, at: list[Any]) -> None:
    assert list(below(value, ("a", EACH, "b"))) == at


def test_a_place_without_keys_is_the_value_itself() -> None:
    assert list(below({"a": 1}, (), ("here",))) == [(("here",), {"a": 1})]


def test_places_are_those_of_the_resources_type_in_its_inputs_or_else_its_outputs() -> None:
    places = {"a:b:C": (("one",), ("two", EACH))}
    assert list(found(Resource("a:b:C", inputs={"one": 1}, outputs={"one": 2}), places)) == [(("one",), 1)]
    assert list(found(Resource("a:b:C", outputs={"two": [3]}), places)) == [(("two", 0), 3)]
    assert list(found(Resource("a:b:D", inputs={"one": 1}), places)) == []
