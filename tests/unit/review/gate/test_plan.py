"""What a preview means: changes, operations, what is not known, and each thing that a policy says once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.diff import Operation, Unknown, digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.gate.errors import BlockedError, NotApprovedError
from flow_mcp.review.gate.plan import diff
from flow_mcp.review.gate.run import permit, verdict
from flow_mcp.review.gate.static import check
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.preview.preview import Preview
from flow_mcp.review.preview.steps import Step
from tests.unit.declared import Stacks, tenant
from tests.unit.review.preview.events import STACK, URN

DAY = date(2026, 11, 25)
CLIENT = {"grant": "client-credentials", "access": ["456/production"]}
CREATE = Step("urn:a", "create", "a:b:C", unknown=("id",), digest="sha256:1")
REMEDY = "Call it otherwise."


def declared(**clients: Any) -> Declaration:
    whole = {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.acme.example", "realm": {"name": "a", "create": True}}
        },
        "clients": clients,
    }
    return from_configuration(whole, {"server": "https://app.profitbase.biz/flow"}, source="").declaration


def previewed(after: Declaration, *rule_results: RuleResult, steps: tuple[Step, ...] = (CREATE,)) -> Preview:
    return Preview("acme", declared(), after, steps, rule_results, ((STACK, "settings"),), True, None)


def engine(rule: str, kind: Any, problem: str) -> RuleResult:
    level: Any = "advisory" if kind == "unknown" else "mandatory"
    return RuleResult(rule, "high", level, kind, (), URN, problem, REMEDY)


def test_what_is_declared_done_and_unknown_is_told_with_what_policies_say(stacks: Stacks) -> None:
    pack = Pack.load(stacks.project.policies)
    said = (
        engine("FLOWMCP-900", "violation", "clients.refused is called refused on 2026-11-25"),
        engine("FLOWMCP-900", "violation", "something else is"),
        engine("FLOWMCP-901", "unknown", ".settings is not known"),
    )

    told = diff(previewed(declared(refused=CLIENT), *said), pack, DAY)

    assert [change.kind for change in told.changes] == ["client-added", "client-gains-access"]
    assert told.operations == (Operation("create", "urn:a", "a:b:C", unknown=("id",), inputs="sha256:1"),)
    assert told.unknowns == (
        Unknown("FLOWMCP-901", "needs values that are known when it is applied", blocks=False),
        Unknown("flow-mcp-acme: settings", "is known when it is applied", blocks=False),
    )
    declared_is = RuleResult(
        "FLOWMCP-900",
        "high",
        "mandatory",
        "violation",
        ("clients", "refused"),
        "",
        "is called refused on 2026-11-25",
        REMEDY,
    )
    advised = replace(declared_is, rule_id="FLOWMCP-901", severity="low", level="advisory")
    assert told.rule_results == (declared_is, advised, said[1])


def outcome(stacks: Stacks, told: Preview) -> Outcome:
    return Outcome((diff(told, Pack.load(stacks.project.policies), DAY),), "preview", DAY)


def test_only_what_was_approved_is_let_through(stacks: Stacks) -> None:
    told = outcome(stacks, previewed(declared(agent=CLIENT)))
    assert verdict(told) == 3
    permit(told, digest(told.diffs))

    other = outcome(stacks, previewed(declared(agent={**CLIENT, "access": ["*"]})))
    values = Step("urn:a", "create", "a:b:C", unknown=("id",), digest="sha256:2")
    for now in (other, outcome(stacks, previewed(declared(agent=CLIENT), steps=(values,)))):
        with pytest.raises(NotApprovedError):
            permit(now, digest(told.diffs))


def test_one_more_unknown_value_was_not_approved(stacks: Stacks) -> None:
    told = outcome(stacks, previewed(declared(agent=CLIENT)))
    more = Step("urn:a", "create", "a:b:C", unknown=("id", "uri"), digest="sha256:1")

    with pytest.raises(NotApprovedError):
        permit(outcome(stacks, previewed(declared(agent=CLIENT), steps=(more,))), digest(told.diffs))


def test_what_changes_nothing_needs_no_approval_and_what_is_refused_has_none(stacks: Stacks) -> None:
    same = outcome(stacks, Preview("acme", declared(), declared(), (), (), (), False, None))
    assert verdict(same) == 0
    permit(same, f"sha256:{'0' * 64}")

    for client in ("refused", "raising"):
        refused = outcome(stacks, previewed(declared(**{client: CLIENT})))
        assert verdict(refused) == 4
        with pytest.raises(BlockedError):
            permit(refused, digest(refused.diffs))


def test_declarations_are_checked_against_all_other_stacks(stacks: Stacks) -> None:
    directory = stacks.project.directory / "stacks"
    (directory / "Pulumi.acme.yaml").write_text(tenant(), "utf-8")
    (directory / "Pulumi.broken.yaml").write_text("config: {}\n", "utf-8")
    assert list(check(stacks.project, ["acme"])) == ["acme"]

    (directory / "Pulumi.twin.yaml").write_text(tenant(), "utf-8")
    for asked, other in (("acme", "twin"), ("twin", "acme")):
        with pytest.raises(DeclarationError, match=f"which the stack {other} declares too"):
            check(stacks.project, [asked])
    with pytest.raises(DeclarationError, match="declares no tenant"):
        check(stacks.project, ["broken"])
