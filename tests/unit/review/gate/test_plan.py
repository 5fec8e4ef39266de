"""The diff of a preview: changes, operations, unknown values and findings without duplicates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.diff import Operation, Unknown, digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.gate.errors import BlockedError, NotApprovedError
from flow_mcp.review.gate.plan import diff
from flow_mcp.review.gate.run import require_approval, verdict
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.preview.preview import Preview
from flow_mcp.review.preview.steps import Step
from tests.unit.declared import Stacks
from tests.unit.review.preview.events import STACK, URN

DAY = date(2026, 11, 25)
CLIENT = {"grant": "client-credentials", "access": ["456/production"]}
CREATE = Step("urn:a", "create", "a:b:C", unknown=("id",), digest="sha256:1")
REMEDY = "Call it otherwise."


def declared(**clients: Any) -> Declaration:
    tenant = {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.acme.example", "realm": {"name": "a", "create": True}}
        },
        "clients": clients,
    }
    return from_configuration(tenant, {"server": "https://app.profitbase.biz/flow"}, source="").declaration


def previewed(after: Declaration, *rule_results: RuleResult, steps: tuple[Step, ...] = (CREATE,)) -> Preview:
    return Preview("acme", declared(), after, steps, rule_results, ((STACK, "settings"),), True, None)


def engine_finding(rule: str, kind: Any, problem: str) -> RuleResult:
    level: Any = "advisory" if kind == "unknown" else "mandatory"
    return RuleResult(rule, "high", level, kind, (), URN, problem, REMEDY)


def test_changes_operations_unknown_values_and_findings_are_listed(stacks: Stacks) -> None:
    pack = Pack.load(stacks.project.policies)
    findings = (
        engine_finding("TEST-900", "violation", "clients.refused is called refused on 2026-11-25"),
        engine_finding("TEST-900", "violation", "something else is"),
        engine_finding("TEST-901", "unknown", ".settings is not known"),
    )

    result = diff(previewed(declared(refused=CLIENT), *findings), pack, DAY)

    assert [change.kind for change in result.changes] == ["client-added", "client-gains-access"]
    assert result.operations == (Operation("create", "urn:a", "a:b:C", unknown=("id",), inputs="sha256:1"),)
    assert result.unknowns == (
        Unknown("TEST-901", "needs values that are unknown until the update", blocks=False),
        Unknown("flow-mcp-acme: settings", "is unknown until the update", blocks=False),
    )
    violation = RuleResult(
        "TEST-900",
        "high",
        "mandatory",
        "violation",
        ("clients", "refused"),
        "",
        "is called refused on 2026-11-25",
        REMEDY,
    )
    advice = replace(violation, rule_id="TEST-901", severity="low", level="advisory")
    assert result.rule_results == (violation, advice, findings[1])


def outcome(stacks: Stacks, preview: Preview) -> Outcome:
    return Outcome((diff(preview, Pack.load(stacks.project.policies), DAY),), "preview", DAY)


def test_only_the_approved_change_is_permitted(stacks: Stacks) -> None:
    approved = outcome(stacks, previewed(declared(agent=CLIENT)))
    assert verdict(approved) == 3
    require_approval(approved, digest(approved.diffs))

    other_access = outcome(stacks, previewed(declared(agent={**CLIENT, "access": ["*"]})))
    other_values = Step("urn:a", "create", "a:b:C", unknown=("id",), digest="sha256:2")
    for changed in (
        other_access,
        outcome(stacks, previewed(declared(agent=CLIENT), steps=(other_values,))),
    ):
        with pytest.raises(NotApprovedError):
            require_approval(changed, digest(approved.diffs))


def test_a_further_unknown_value_needs_another_approval(stacks: Stacks) -> None:
    approved = outcome(stacks, previewed(declared(agent=CLIENT)))
    more = Step("urn:a", "create", "a:b:C", unknown=("id", "uri"), digest="sha256:1")

    with pytest.raises(NotApprovedError):
        require_approval(
            outcome(stacks, previewed(declared(agent=CLIENT), steps=(more,))), digest(approved.diffs)
        )


def test_no_change_needs_no_approval_and_a_blocked_change_gets_none(stacks: Stacks) -> None:
    same = outcome(stacks, Preview("acme", declared(), declared(), (), (), (), False, None))
    assert verdict(same) == 0
    require_approval(same, f"sha256:{'0' * 64}")

    for client in ("refused", "raising"):
        blocked = outcome(stacks, previewed(declared(**{client: CLIENT})))
        assert verdict(blocked) == 4
        with pytest.raises(BlockedError):
            require_approval(blocked, digest(blocked.diffs))


def test_a_change_of_outputs_without_a_change_of_resources_needs_approval(stacks: Stacks) -> None:
    same = outcome(stacks, Preview("acme", declared(), declared(), (), (), (), False, None))
    outputs = outcome(stacks, Preview("acme", declared(), declared(), (), (), (), True, None))

    assert outputs.diffs[0].unknowns == (
        Unknown("the stack's outputs", "change although no resource changes", blocks=False),
    )
    assert verdict(outputs) == 3
    require_approval(outputs, digest(outputs.diffs))
    with pytest.raises(NotApprovedError):
        require_approval(outputs, digest(same.diffs))
