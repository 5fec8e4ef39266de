"""Every rule of the pack is complete, documented, and consistent with its examples."""

from __future__ import annotations

import re
from datetime import date
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from flow_mcp.review.policy import rules
from flow_mcp.review.policy.configuration import schema, settings
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Severity, Unknown, Violation
from flow_mcp.review.policy.rules import RULES

REPOSITORY = Path(__file__).parents[3]
PAGE = (REPOSITORY / "docs" / "policies.md").read_text("utf-8")

AS_OF = date(2026, 11, 1)
DECLARATION = "in_declaration"
WHO_MAY = {rule.id: () for rule in RULES}

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def findings(rule: Rule, resource: Resource) -> list[Violation | Unknown]:
    """Return a rule's findings on an example, with the default settings."""
    context = Context(AS_OF, settings(rule, None, "the test"), WHO_MAY)
    found: list[Violation | Unknown] = []
    if resource.type == SETTINGS and resource.inputs:
        found += rule.in_declaration(declared(resource.inputs), context) if rule.judges(DECLARATION) else ()
    return [*found, *rule.in_resource(resource, context), *rule.in_stack([resource], context)]


def test_the_pack_lists_every_rule_module_once_in_order_of_its_id() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    modules = {path.stem for path in Path(rules.__path__[0]).glob("*.py")}
    listed = [type(rule).__module__.rpartition(".")[2] for rule in RULES]
    assert sorted(listed) == sorted(modules - {"__init__"})


def test_the_documentation_has_a_section_for_each_rule_and_no_other() -> None:
    assert re.findall(r"^### (FLOWMCP-\S+)", PAGE, re.MULTILINE) == [rule.id for rule in RULES]


def test_the_pack_has_the_version_of_the_project() -> None:
    pack = yaml.safe_load((REPOSITORY / "policies" / "PulumiPolicy.yaml").read_text("utf-8"))
    assert pack["version"] == version("flow-mcp")


@each_rule
def test_a_rule_has_an_evaluation_method_and_describes_its_settings(rule: Rule) -> None:
    assert any(rule.judges(method) for method in (DECLARATION, "in_resource", "in_stack"))
    assert ("waivableBy" in schema(rule)) is rule.waivable
    assert all(described.get("description") for described in schema(rule).values())


@each_rule
def test_a_rule_is_well_formed(rule: Rule) -> None:
    assert re.fullmatch(r"FLOWMCP-[0-9]{3}", rule.id)
    assert isinstance(rule.severity, Severity)
    for line in (rule.message, rule.remedy):
        assert re.fullmatch(r"[A-Z][^\n]{15,199}\.", line)


@each_rule
def test_a_rule_names_https_references(rule: Rule) -> None:
    assert rule.references
    for reference in rule.references:
        parts = urlsplit(reference.url)
        assert (parts.scheme, bool(parts.hostname), bool(reference.title)) == ("https", True, True)


@each_rule
def test_a_rule_accepts_its_good_examples(rule: Rule) -> None:
    assert rule.good
    assert [findings(rule, resource) for resource in rule.good] == [[]] * len(rule.good)


@each_rule
def test_a_rule_rejects_its_bad_examples(rule: Rule) -> None:
    assert rule.bad
    for resource in rule.bad:
        found = findings(rule, resource)
        assert found
        assert all(isinstance(finding, Violation) for finding in found)


@each_rule
def test_a_rule_is_documented_with_its_severity_message_and_references(rule: Rule) -> None:
    section = PAGE.partition(f"### {rule.id}")[2].partition("\n### ")[0]
    assert section.startswith(f"\n\n**{rule.severity}** · {rule.message}\n")
    for reference in rule.references:
        assert f"[{reference.title}]({reference.url})" in section
