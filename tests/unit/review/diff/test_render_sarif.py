"""A diff as SARIF, held to OASIS's schema.

`sarif/sarif-schema-2.1.0.json` is https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/
sarif-schema-2.1.0.json, unchanged: no package of Python's index carries it, and a test needs no network.
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
    """The only run of a valid log."""
    log = json.loads(text)
    Draft4Validator(SCHEMA).validate(log)
    (only,) = log["runs"]
    return only


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.make(tmp_path / "repository", "deploy/flow")


def of(checkout: Checkout, outcome: Outcome) -> str:
    """Of an outcome whose stack acme is in the checkout."""
    from flow_mcp.engine.project import Project

    project = Project(checkout.project)
    checkout.write("acme", shown.AFTER)
    loaded = {"acme": from_file(checkout.stack("acme"), instance_of(project.file))}
    return sarif(outcome, Places(project, loaded, "deploy/flow/"), Pack.load(project.policies).rules)


def test_findings_unknowns_and_what_must_be_approved_are_results(checkout: Checkout) -> None:
    results = run(of(checkout, shown.OUTCOME))["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [
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


def test_a_result_has_its_line_below_the_repositorys_top(checkout: Checkout) -> None:
    results = run(of(checkout, shown.OUTCOME))["results"]
    lines = checkout.stack("acme").read_text(encoding="utf-8").splitlines()
    for rule, written in (
        ("redirect-uri-added", "redirectUris:"),
        ("TEST-001", "- https://new.example/callback"),
    ):
        (found,) = (each for each in results if each["ruleId"] == rule)
        (location,) = found["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"] == {"uri": "deploy/flow/stacks/Pulumi.acme.yaml"}
        assert lines[physical["region"]["startLine"] - 1].strip() == written


def test_a_waived_violation_is_suppressed_with_its_reason(checkout: Checkout) -> None:
    (waived,) = (each for each in run(of(checkout, shown.OUTCOME))["results"] if "suppressions" in each)
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


def test_a_change_has_what_a_program_asks_for_and_a_fingerprint_that_stays(checkout: Checkout) -> None:
    first, second = (run(of(checkout, shown.OUTCOME))["results"] for _ in range(2))
    assert first == second
    prints = [each["partialFingerprints"]["flowMcp/v1"] for each in first]
    assert len(set(prints)) == len(prints)
    (change,) = (each for each in first if each["ruleId"] == "redirect-uri-added")
    assert change["properties"] == {
        "stack": "acme",
        "subject": "client desktop",
        "risk": "medium",
        "after": "https://new.example/callback",
    }
    assert change["message"] == {"text": "acme: desktop may have codes sent to https://new.example/callback."}


def test_a_rule_says_what_it_is_about_and_each_result_names_its_rule(checkout: Checkout) -> None:
    told = run(of(checkout, shown.OUTCOME))
    rules = told["tool"]["driver"]["rules"]
    for result in told["results"]:
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert rules[0] == {
        "id": "TEST-001",
        "shortDescription": {"text": "People are named."},
        "help": {"text": "Name groups."},
        "helpUri": "https://policy.example/people",
        "properties": {"tags": ["security"], "security-severity": "8.0"},
    }
    assert [each["id"] for each in rules[1:]] == ["group-gains-access", "redirect-uri-added", "unknown"]


def test_nothing_declared_is_a_link_or_a_placeholder_of_a_message(checkout: Checkout) -> None:
    text = of(checkout, shown.OUTCOME)
    assert text.isascii()
    (change,) = (each for each in run(text)["results"] if each["ruleId"] == "group-gains-access")
    assert change["message"]["text"] == (
        r'acme: The group "x\](https://e.example) @team <b>" gains 456/production and 456/test.'
    )
    assert not {"\x1b", "\u202e"} & {
        each for result in run(text)["results"] for each in result["message"]["text"]
    }


def test_a_stack_that_is_gone_has_its_file_and_no_line(checkout: Checkout) -> None:
    checkout.write("globex", sample("globex"))
    checkout.commit()
    checkout.stack("globex").unlink()
    result = checkout.diff("--base", "HEAD", "--format", "sarif")
    assert result.exit_code == 3
    told = run(result.stdout)
    assert {json.dumps(each["locations"]) for each in told["results"]} == {
        json.dumps(
            [{"physicalLocation": {"artifactLocation": {"uri": "deploy/flow/stacks/Pulumi.globex.yaml"}}}]
        )
    }


def test_a_change_of_the_instance_has_the_line_where_that_is(checkout: Checkout) -> None:
    text = sample("acme").yaml()
    own = "  flow-mcp:instance:\n    server: https://app.profitbase.biz/flow\n"
    assert own in text
    checkout.stack("acme").write_text(text.replace(own, ""), encoding="utf-8")
    checkout.write("globex", sample("globex", {"clients.portal.people": {"groups": ["planners"]}}))
    checkout.commit()
    project = checkout.project / "Pulumi.yaml"
    whole = project.read_text(encoding="utf-8")
    project.write_text(whole.replace("app.profitbase.biz", "flow.example"), encoding="utf-8")
    file = checkout.stack("globex")
    file.write_text(file.read_text(encoding="utf-8").replace("app.profitbase.biz", "flow.example"), "utf-8")
    found = {}
    for each in run(checkout.diff("--base", "HEAD", "--format", "sarif").stdout)["results"]:
        physical = each["locations"][0]["physicalLocation"]
        uri, line = physical["artifactLocation"]["uri"], physical["region"]["startLine"]
        found[each["properties"]["stack"]] = (
            (checkout.top / uri).read_text(encoding="utf-8").splitlines()[line - 1]
        )
    assert found == {
        "acme": "      server: https://flow.example/flow",
        "globex": "    server: https://flow.example/flow",
    }


def test_an_odd_file_name_is_a_uri(checkout: Checkout) -> None:
    checkout.commit()
    checkout.write("a b<c>#d", sample("acme"))
    told = run(checkout.diff("--base", "HEAD", "--format", "sarif").stdout)
    assert {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in told["results"]
    } == {"deploy/flow/stacks/Pulumi.a%20b%3Cc%3E%23d.yaml"}
