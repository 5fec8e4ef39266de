"""The rule that docs/policies.md shows is one: the commands load it, and it keeps to its examples."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from flow_mcp.review.policy.configuration import settings
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import Context
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "policies.md").read_text(encoding="utf-8")


def test_the_own_rule_on_the_page_accepts_its_good_example_and_rejects_its_bad_one(tmp_path: Path) -> None:
    found = re.search(r"```python\n# policies/rules/(\w+\.py)\n(.*?)```", PAGE, re.DOTALL)
    assert found
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / found[1]).write_text(found[2], encoding="utf-8")
    *_, rule = Pack.load(tmp_path).rules
    context = Context(date(2026, 11, 25), settings(rule, None, "the test"))
    violations = [
        [each.problem for each in rule.in_declaration(declared(example.inputs), context)]
        for example in (*rule.good, *rule.bad)
    ]
    assert (rule.id, violations) == ("ACME-001", [[], ["is true"]])
