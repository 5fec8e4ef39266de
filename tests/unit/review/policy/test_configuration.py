"""The pack's configuration is read and validated."""

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


def test_rules_without_configuration_have_the_defaults() -> None:
    assert configured({}, RULES, "file") == {
        "TEST-900": Configured("mandatory", Limited()),
        "TEST-901": Configured("advisory", Limited()),
        "TEST-902": Configured("mandatory", Limited()),
    }


def test_a_rules_own_level_takes_precedence_over_that_of_all() -> None:
    content = {"all": "advisory", "TEST-900": {"enforcementLevel": "disabled", "waivableBy": ["ciso"]}}
    assert configured(content, RULES, "file") == {
        "TEST-900": Configured("disabled", Limited(waivable_by=("ciso",))),
        "TEST-901": Configured("advisory", Limited()),
        "TEST-902": Configured("advisory", Limited()),
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"FLOWMCP-999": "advisory"},
            "FLOWMCP-999 is not a rule of this pack; `flow-mcp schema policy-configuration` lists its rules",
        ),
        (
            {"TEST-900": "off"},
            "TEST-900: the enforcement level must be one of mandatory, advisory, disabled",
        ),
        ({"all": 7}, "all: the enforcement level must be one of mandatory, advisory, disabled"),
        ({"TEST-900": {"waivableby": ["x"]}}, "TEST-900.waivableby: Extra inputs are not permitted"),
        ({"TEST-900": {"limit": "1"}}, "TEST-900.limit: Input should be a valid integer"),
        ({"TEST-900": {"waivableBy": "x"}}, "TEST-900.waivableBy: Input should be a valid array"),
        (
            {"TEST-902": {"waivableBy": ["x"]}},
            "TEST-902.waivableBy: this rule cannot be waived; remove the setting",
        ),
    ],
)
def test_an_invalid_configuration_is_rejected_with_a_message(content: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyPackError) as caught:
        configured(content, RULES, "file")
    assert str(caught.value) == f"file: {message}"


@pytest.mark.parametrize("text", ["", "{", '"x"', "[]", "\xff"])
def test_a_file_that_is_not_a_configuration_is_rejected(tmp_path: Path, text: str) -> None:
    file = tmp_path / "configuration.json"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(PolicyPackError, match=r"configuration.json (is not valid JSON|must map rule IDs)"):
        read(file, RULES)


def test_the_policy_on_outputs_may_have_its_own_level(tmp_path: Path) -> None:
    file, content = tmp_path / "configuration.json", {"TEST-900-outputs": "disabled"}
    file.write_text(json.dumps(content), encoding="utf-8")
    assert read(file, RULES) == content
    assert read(tmp_path / "none.json", RULES) == {}


def test_the_schema_describes_the_settings_of_a_rule() -> None:
    described = (
        "Who may accept violations: the permitted values of a waiver's `acceptedBy`. An empty list permits "
        "nobody."
    )
    waivable = {"default": [], "description": described, "items": {"type": "string"}, "type": "array"}
    limit = {"default": 0, "type": "integer"}
    assert schema(TooMany()) == {"waivableBy": waivable, "limit": limit}
    assert schema(Raising()) == {"limit": limit}
    assert set(RuleSettings.model_fields) == {"waivable_by"}
