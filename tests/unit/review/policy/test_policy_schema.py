"""The schema of the pack's configuration accepts exactly what the code accepts."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flow_mcp.review.policy.configuration import configured
from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.schema import configuration_schema
from tests.unit.review.policy.fakes import Advice, Raising, TooMany

RULES = (TooMany(), Advice(), Raising())
SCHEMA = configuration_schema(RULES)


def test_the_schema_is_a_valid_json_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    ("content", "accepted"),
    [
        ({}, True),
        ({"all": "advisory"}, True),
        ({"TEST-900": "disabled"}, True),
        ({"TEST-900": {"enforcementLevel": "advisory", "waivableBy": ["ciso"], "limit": 2}}, True),
        ({"TEST-900-outputs": "advisory"}, True),
        ({"FLOWMCP-999": "advisory"}, False),
        ({"TEST-900": "off"}, False),
        ({"TEST-900": {"limits": 2}}, False),
        ({"TEST-900": {"limit": "2"}}, False),
        ({"TEST-902": {"waivableBy": ["ciso"]}}, False),
    ],
)
def test_the_schema_accepts_what_the_code_accepts(content: dict[str, Any], accepted: bool) -> None:
    assert Draft202012Validator(SCHEMA).is_valid(content) is accepted
    if accepted:
        configured(content, RULES, "file")
    else:
        with pytest.raises(PolicyPackError):
            configured(content, RULES, "file")
