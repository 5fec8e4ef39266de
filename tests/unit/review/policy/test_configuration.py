"""The pack's configuration: what it may say, and what is said of a wrong one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.review.policy.configuration import Configured, configured, read, schema
from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.rule import RuleSettings
from tests.unit.review.policy.fakes import Advice, Limited, Raising, TooMany

RULES = (TooMany(), Advice(), Raising())


def test_what_is_not_configured_is_as_usual() -> None:
    assert configured({}, RULES, "file") == {
        "FLOWMCP-900": Configured("mandatory", Limited()),
        "FLOWMCP-901": Configured("advisory", Limited()),
        "FLOWMCP-902": Configured("mandatory", Limited()),
    }


def test_a_rule_s_own_level_comes_before_that_of_all() -> None:
    content = {"all": "advisory", "FLOWMCP-900": {"enforcementLevel": "disabled", "waivableBy": ["ciso"]}}
    assert configured(content, RULES, "file") == {
        "FLOWMCP-900": Configured("disabled", Limited(waivable_by=("ciso",))),
        "FLOWMCP-901": Configured("advisory", Limited()),
        "FLOWMCP-902": Configured("advisory", Limited()),
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            {"FLOWMCP-999": "advisory"},
            "FLOWMCP-999 is no rule of this pack; its rules are in docs/policies.md",
        ),
        (
            {"FLOWMCP-900": "off"},
            "FLOWMCP-900: the enforcement level must be one of mandatory, advisory, disabled",
        ),
        ({"all": 7}, "all: the enforcement level must be one of mandatory, advisory, disabled"),
        ({"FLOWMCP-900": {"waivableby": ["x"]}}, "FLOWMCP-900.waivableby: Extra inputs are not permitted"),
        ({"FLOWMCP-900": {"limit": "1"}}, "FLOWMCP-900.limit: Input should be a valid integer"),
        ({"FLOWMCP-900": {"waivableBy": "x"}}, "FLOWMCP-900.waivableBy: Input should be a valid array"),
        (
            {"FLOWMCP-902": {"waivableBy": ["x"]}},
            "FLOWMCP-902.waivableBy: this rule can never be waived; remove it",
        ),
    ],
)
def test_a_wrong_configuration_is_refused_in_one_sentence(content: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyPackError) as caught:
        configured(content, RULES, "file")
    assert str(caught.value) == f"file: {said}"


@pytest.mark.parametrize("text", ["", "{", '"x"', "[]", "\xff"])
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "configuration.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(PolicyPackError, match=r"configuration.json (is not JSON|must be a mapping)"):
        read(file, RULES)


def test_the_outputs_policy_of_a_rule_may_have_a_level_of_its_own(tmp_path: Path) -> None:
    file, content = tmp_path / "configuration.json", {"FLOWMCP-900-outputs": "disabled"}
    file.write_text(json.dumps(content), encoding="utf-8")
    assert read(file, RULES) == content
    assert read(tmp_path / "none.json", RULES) == {}


def test_the_schema_says_what_may_be_configured() -> None:
    described = "Who may accept a violation, as `acceptedBy` of a waiver names them; none: nobody."
    waivable = {"default": [], "description": described, "items": {"type": "string"}, "type": "array"}
    limit = {"default": 0, "type": "integer"}
    assert schema(TooMany()) == {"waivableBy": waivable, "limit": limit}
    assert schema(Raising()) == {"limit": limit}
    assert set(RuleSettings.model_fields) == {"waivable_by"}
