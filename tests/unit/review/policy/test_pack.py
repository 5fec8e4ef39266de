"""A project's policy pack is loaded with its rules and configuration."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from tests.unit.declared import POLICIES
from tests.unit.review.policy.fakes import tenant

REPOSITORY = Path(__file__).parents[4]


def written(directory: Path, rules: str) -> Path:
    (directory / "rules").mkdir()
    (directory / "rules" / "__init__.py").write_text(rules, encoding="utf-8")
    return directory


def test_the_projects_own_pack_is_loaded_with_its_configuration() -> None:
    pack = Pack.load(REPOSITORY / "policies")
    assert [rule.id for rule in pack.rules] == sorted({rule.id for rule in pack.rules})
    assert pack.configured.keys() == pack.waivable_by.keys() == {rule.id for rule in pack.rules}


def test_a_project_may_add_its_own_rules(tmp_path: Path) -> None:
    pack = Pack.load(written(tmp_path, POLICIES))
    assert [rule.id for rule in pack.rules] == ["FLOWMCP-900", "FLOWMCP-901"]
    assert evaluate(pack, tenant(), date(2026, 11, 25)) == ()


def test_another_configuration_file_may_be_used(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"all": "advisory"}', encoding="utf-8")
    pack = Pack.load(written(tmp_path, POLICIES), other)
    assert {each.level for each in pack.configured.values()} == {"advisory"}


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("RULES = ()", "has no rules, so it would accept everything"),
        ("import nothing_of_this_name", "cannot be loaded: ModuleNotFoundError"),
        ("RULES =", "cannot be loaded: SyntaxError"),
        ("", "cannot be loaded: AttributeError"),
    ],
)
def test_a_pack_that_cannot_be_loaded_is_rejected_and_leaves_no_module(
    tmp_path: Path, rules: str, message: str
) -> None:
    before = set(sys.modules)
    with pytest.raises(PolicyPackError) as caught:
        Pack.load(written(tmp_path, rules))
    assert message in str(caught.value)
    assert {name for name in set(sys.modules) - before if name.startswith("flow_mcp_policies")} == set()


def test_a_directory_without_rules_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(PolicyPackError, match=r"is not a policy pack: rules/__init__\.py is missing"):
        Pack.load(tmp_path)


_RULE = """
from flow_mcp.review.policy.rule import Rule, Severity

class {0}(Rule):
    id = "{1}"
    severity = Severity.LOW
    message = "m"
    remedy = "r"
"""


def _package(directory: Path, modules: dict[str, str]) -> Path:
    source = "from flow_mcp.review.policy.rule import rules_of\n\nRULES = rules_of(__name__, __path__)\n"
    written(directory, source)
    for name, text in modules.items():
        (directory / "rules" / f"{name}.py").write_text(text, encoding="utf-8")
    return directory


def test_each_module_of_the_rules_is_found_and_helpers_are_not(tmp_path: Path) -> None:
    modules = {
        "second": _RULE.format("Second", "FLOWMCP-901"),
        "zeroth": _RULE.format("Zeroth", "FLOWMCP-900"),
        "_helper": "",
    }
    pack = Pack.load(_package(tmp_path, modules))
    assert [rule.id for rule in pack.rules] == ["FLOWMCP-900", "FLOWMCP-901"]


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"empty": ""}, "rules/empty.py defines 0 rules instead of one"),
        (
            {"pair": _RULE.format("A", "FLOWMCP-900") + _RULE.format("B", "FLOWMCP-901")},
            "rules/pair.py defines 2 rules instead of one",
        ),
        (
            {"one": _RULE.format("A", "FLOWMCP-900"), "two": _RULE.format("B", "FLOWMCP-900")},
            "rules/two.py and rules/one.py both define FLOWMCP-900",
        ),
    ],
)
def test_a_module_without_a_rule_of_its_own_is_rejected(
    tmp_path: Path, modules: dict[str, str], message: str
) -> None:
    with pytest.raises(PolicyPackError) as caught:
        Pack.load(_package(tmp_path, modules))
    assert message in str(caught.value)
