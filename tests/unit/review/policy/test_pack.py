"""Loading a project's policy pack."""

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


def test_the_project_s_own_pack_is_loaded_with_its_configuration() -> None:
    pack = Pack.load(REPOSITORY / "policies")
    assert [rule.id for rule in pack.rules] == sorted({rule.id for rule in pack.rules})
    assert pack.configured.keys() == pack.waivable_by.keys() == {rule.id for rule in pack.rules}


def test_a_project_may_have_rules_of_its_own(tmp_path: Path) -> None:
    pack = Pack.load(written(tmp_path, POLICIES))
    assert [rule.id for rule in pack.rules] == ["FLOWMCP-900", "FLOWMCP-901"]
    assert evaluate(pack, tenant(), date(2026, 11, 25)) == ()


def test_another_configuration_may_be_named(tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"all": "advisory"}', encoding="utf-8")
    pack = Pack.load(written(tmp_path, POLICIES), other)
    assert {each.level for each in pack.configured.values()} == {"advisory"}


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("RULES = ()", "has no rules, so it would let everything pass"),
        ("import nothing_of_this_name", "cannot be loaded: ModuleNotFoundError"),
        ("RULES =", "cannot be loaded: SyntaxError"),
        ("", "cannot be loaded: AttributeError"),
    ],
)
def test_a_pack_that_cannot_be_loaded_is_refused_and_leaves_nothing_behind(
    tmp_path: Path, rules: str, said: str
) -> None:
    before = set(sys.modules)
    with pytest.raises(PolicyPackError) as caught:
        Pack.load(written(tmp_path, rules))
    assert said in str(caught.value)
    assert {name for name in set(sys.modules) - before if name.startswith("flow_mcp_policies")} == set()


def test_a_directory_without_rules_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PolicyPackError, match=r"is no policy pack: it has no rules/__init__\.py"):
        Pack.load(tmp_path)
