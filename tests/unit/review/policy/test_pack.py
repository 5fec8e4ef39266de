"""A project's policy pack has the package's rules, the project's own rules, and a configuration."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.rules import RULES
from tests.unit.declared import OWN_RULES, write_pack
from tests.unit.review.policy.fakes import tenant

REPOSITORY = Path(__file__).parents[4]
PACKAGE = [rule.id for rule in RULES]


def test_the_repositorys_pack_is_loaded_with_its_configuration() -> None:
    pack = Pack.load(REPOSITORY / "policies")
    assert [rule.id for rule in pack.rules] == PACKAGE
    assert pack.configured.keys() == pack.waivable_by.keys() == set(PACKAGE)


def test_a_pack_without_own_rules_and_configuration_has_the_packages_rules(tmp_path: Path) -> None:
    pack = Pack.load(tmp_path)
    assert [rule.id for rule in pack.rules] == PACKAGE
    assert {each.level for each in pack.configured.values()} == {"mandatory", "advisory"}


def test_own_rules_are_added_to_the_packages(tmp_path: Path) -> None:
    pack = Pack.load(write_pack(tmp_path / "policies"))
    assert [rule.id for rule in pack.rules] == [*PACKAGE, "TEST-900", "TEST-901"]
    assert {name: each.level for name, each in pack.configured.items() if each.level != "disabled"} == {
        "TEST-900": "mandatory",
        "TEST-901": "advisory",
    }
    assert evaluate(pack, tenant(), date(2026, 11, 25)) == ()


def test_another_configuration_file_may_be_used(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"all": "advisory"}', encoding="utf-8")
    pack = Pack.load(write_pack(tmp_path / "policies"), other)
    assert {each.level for each in pack.configured.values()} == {"advisory"}


def test_a_missing_pack_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyPackError, match=r"^there is no policy pack .*/nowhere; "):
        Pack.load(tmp_path / "nowhere")


_RULE = """
from flow_mcp.review.policy.rule import Rule, Severity

class {0}(Rule):
    id = "{1}"
    severity = Severity.LOW
    message = "m"
    remedy = "r"
"""


def test_helpers_are_no_rules_and_own_rules_are_sorted(tmp_path: Path) -> None:
    modules = {
        "second": "from ._helper import ID\n" + _RULE.format("Second", "TEST-901"),
        "zeroth": _RULE.format("Zeroth", "TEST-900"),
        "_helper": "ID = 1\n",
        "__init__": '"""A package for type checkers."""\n',
    }
    pack = Pack.load(write_pack(tmp_path / "policies", modules))
    assert [rule.id for rule in pack.rules] == [*PACKAGE, "TEST-900", "TEST-901"]


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"empty": ""}, "rules/empty.py defines 0 rules instead of one"),
        (
            {"pair": _RULE.format("A", "TEST-900") + _RULE.format("B", "TEST-901")},
            "rules/pair.py defines 2 rules instead of one",
        ),
        (
            {"one": _RULE.format("A", "TEST-900"), "two": _RULE.format("B", "TEST-900")},
            "rules/two.py and rules/one.py both define TEST-900",
        ),
        (
            {"copied": _RULE.format("Copied", "FLOWMCP-001")},
            "rules/copied.py defines FLOWMCP-001. IDs that begin with FLOWMCP- are reserved for the "
            "package's rules, of this version and later ones. Give the rule an ID with a prefix of your "
            "own, such as ACME-001; remove the file if it is a copy of a rule of the package",
        ),
        ({"later": _RULE.format("Later", "FLOWMCP-999")}, "rules/later.py defines FLOWMCP-999. IDs that"),
        ({"odd": _RULE.format("Odd", "acme/1")}, "rules/odd.py defines the ID 'acme/1'. An ID is"),
        ({"__init__": _RULE.format("A", "TEST-900")}, "rules/__init__.py defines a rule; move each rule to"),
        ({"lost": "import nothing_of_this_name"}, ", at rules/lost.py:1"),
        ({"cut": "RULES ="}, "SyntaxError"),
        ({"__init__": "\n1 / 0"}, "ZeroDivisionError('division by zero'), at rules/__init__.py:2"),
    ],
)
def test_own_rules_that_cannot_be_loaded_are_refused_and_leave_no_module(
    tmp_path: Path, modules: dict[str, str], message: str
) -> None:
    before = set(sys.modules)
    directory = write_pack(tmp_path / "policies", modules)
    with pytest.raises(PolicyPackError) as caught:
        Pack.load(directory)
    assert str(caught.value).startswith(f"the rules in {directory / 'rules'} cannot be loaded: ")
    assert message in str(caught.value)
    assert {name for name in set(sys.modules) - before if name.startswith("flow_mcp_policies")} == set()


def test_a_configuration_of_an_unknown_rule_is_refused(tmp_path: Path) -> None:
    directory = write_pack(tmp_path / "policies", OWN_RULES, {"TEST-902": "advisory"})
    with pytest.raises(PolicyPackError, match="TEST-902 is not a rule of this pack"):
        Pack.load(directory)
