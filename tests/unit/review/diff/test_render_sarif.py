"""The diff as SARIF, validated against OASIS's schema.

`sarif/sarif-schema-2.1.0.json` is https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/
sarif-schema-2.1.0.json, unchanged: no Python package contains it, and tests do not use the network.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.load import instance_of
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.sarif import sarif
from flow_mcp.review.diff.rendering.source_locations import Places
from flow_mcp.review.policy.pack import Pack
from tests.unit.review.diff import shown
from tests.unit.review.diff.checkout import Checkout
from tests.unit.review.diff.corpus.case import sample

SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))


def run(text: str) -> Any:
    """Validate a log and return its only run."""
    log = json.loads(text)
    Draft4Validator(SCHEMA).validate(log)
    (single_run,) = log["runs"]
    return single_run


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.make(tmp_path / "repository", "deploy/flow")


def rendered(checkout: Checkout, outcome: Outcome) -> str:
    """Return the log of an outcome; the stack acme is written to the checkout."""
    from flow_mcp.engine.project import Project

    project = Project(checkout.project)
    checkout.write("acme", shown.AFTER)
    loaded = {"acme": from_file(checkout.stack("acme"), instance_of(project.file))}
    return sarif(outcome, Places(project, loaded, "deploy/flow/"), Pack.load(project.policies).rules)


def test_findings_unknowns_and_changes_to_approve_are_results(checkout: Checkout) -> None:
    results = run(rendered(checkout, shown.OUTCOME))["results"]
    assert [(result["ruleId"], result["level"]) for result in results] == [
        ("unknown", "note"),
        ("TEST-001", "error"),
        ("TEST-002", "warning"),
        ("TEST-003", "error"),
        ("TEST-004", "note"),
        ("TEST-005", "error"),
        ("unknown", "note"),
        ("group-gains-access", "note"),
        ("redirect-uri-added", "note"),
        ("TEST-002", "warning"),
        ("unknown", "error"),
    ]


def test_a_result_has_its_file_and_line(checkout: Checkout) -> None:
    results = run(rendered(checkout, shown.OUTCOME))["results"]
    lines = checkout.stack("acme").read_text(encoding="utf-8").splitlines()
    for rule, line in (
        ("redirect-uri-added", "redirectUris:"),
        ("TEST-001", "- https://new.example/callback"),
    ):
        (result,) = (result for result in results if result["ruleId"] == rule)
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "deploy/flow/stacks/Pulumi.acme.yaml"}
        assert lines[physical["region"]["startLine"] - 1].strip() == line


def test_a_waived_violation_is_suppressed_with_its_reason(checkout: Checkout) -> None:
    (waived,) = (
        result for result in run(rendered(checkout, shown.OUTCOME))["results"] if "suppressions" in result
    )
    assert (waived["ruleId"], waived["suppressions"]) == (
        "TEST-004",
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "Accepted by security until 2026-12-31: A move, @team",
            }
        ],
    )


def test_a_change_has_properties_and_a_stable_fingerprint(checkout: Checkout) -> None:
    first, second = (run(rendered(checkout, shown.OUTCOME))["results"] for _ in range(2))
    assert first == second
    fingerprints = [result["partialFingerprints"]["flowMcp/v1"] for result in first]
    assert len(set(fingerprints)) == len(fingerprints)
    (change,) = (result for result in first if result["ruleId"] == "redirect-uri-added")
    assert change["properties"] == {
        "stack": "acme",
        "subject": "client desktop",
        "risk": "medium",
        "after": "https://new.example/callback",
    }
    assert change["message"] == {
        "text": "acme: desktop can receive authorization codes at https://new.example/callback."
    }


def test_rules_have_descriptions_and_each_result_refers_to_its_rule(checkout: Checkout) -> None:
    log_run = run(rendered(checkout, shown.OUTCOME))
    rules = log_run["tool"]["driver"]["rules"]
    for result in log_run["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert rules[0] == {
        "id": "TEST-001",
        "shortDescription": {"text": "People are named."},
        "help": {"text": "Name groups."},
        "helpUri": "https://policy.example/people",
        "properties": {"tags": ["security"], "security-severity": "8.0"},
    }
    assert [rule["id"] for rule in rules[1:]] == ["group-gains-access", "redirect-uri-added", "unknown"]


def test_declared_texts_are_neither_links_nor_placeholders(checkout: Checkout) -> None:
    text = rendered(checkout, shown.OUTCOME)
    assert text.isascii()
    (change,) = (result for result in run(text)["results"] if result["ruleId"] == "group-gains-access")
    assert change["message"]["text"] == (
        r'acme: The group "x\](https://e.example) @team <b>" gains access to 456/production and 456/test.'
    )
    assert not {"\x1b", "\u202e"} & {
        character for result in run(text)["results"] for character in result["message"]["text"]
    }


def test_a_removed_stack_has_a_file_without_a_line(checkout: Checkout) -> None:
    checkout.write("globex", sample("globex"))
    checkout.commit()
    checkout.stack("globex").unlink()
    result = checkout.diff("--base", "HEAD", "--format", "sarif")
    assert result.exit_code == 3
    results = run(result.stdout)["results"]
    assert {json.dumps(entry["locations"]) for entry in results} == {
        json.dumps(
            [{"physicalLocation": {"artifactLocation": {"uri": "deploy/flow/stacks/Pulumi.globex.yaml"}}}]
        )
    }


def test_a_change_of_the_instance_has_the_line_of_the_instance(checkout: Checkout) -> None:
    text = sample("acme").yaml()
    instance = "  flow-mcp:instance:\n    server: https://app.profitbase.biz/flow\n"
    assert instance in text
    checkout.stack("acme").write_text(text.replace(instance, ""), encoding="utf-8")
    checkout.write("globex", sample("globex", {"clients.portal.people": {"groups": ["planners"]}}))
    checkout.commit()
    project = checkout.project / "Pulumi.yaml"
    project_text = project.read_text(encoding="utf-8")
    project.write_text(project_text.replace("app.profitbase.biz", "flow.example"), encoding="utf-8")
    file = checkout.stack("globex")
    file.write_text(file.read_text(encoding="utf-8").replace("app.profitbase.biz", "flow.example"), "utf-8")
    lines = {}
    for result in run(checkout.diff("--base", "HEAD", "--format", "sarif").stdout)["results"]:
        physical = result["locations"][0]["physicalLocation"]
        uri, line = physical["artifactLocation"]["uri"], physical["region"]["startLine"]
        lines[result["properties"]["stack"]] = (
            (checkout.top / uri).read_text(encoding="utf-8").splitlines()[line - 1]
        )
    assert lines == {
        "acme": "      server: https://flow.example/flow",
        "globex": "    server: https://flow.example/flow",
    }


def test_a_file_name_is_encoded_in_its_uri(checkout: Checkout) -> None:
    checkout.commit()
    checkout.write("a b<c>#d", sample("acme"))
    results = run(checkout.diff("--base", "HEAD", "--format", "sarif").stdout)["results"]
    assert {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results} == {
        "deploy/flow/stacks/Pulumi.a%20b%3Cc%3E%23d.yaml"
    }
