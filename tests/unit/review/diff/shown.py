"""A sample outcome with every kind of content, for the tests of all output formats."""

from __future__ import annotations

from datetime import date

from flow_mcp.declaration.waivers import Waiver
from flow_mcp.review.diff import Operation, TenantDiff, Unknown, compare
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.policy.evaluation import RuleResult
from tests.unit.review.diff.corpus.case import sample

HOSTILE = "x](https://e.example) @team <script>alert(1)</script> | #12 `rm` [b]\x1b[31m\u202e\nnew"
AS_OF = date(2026, 11, 25)
URN = f"urn:pulumi:acme::flow-mcp::keycloak:openid/client:Client::{HOSTILE}"

BEFORE = sample("acme")
AFTER = sample(
    "acme",
    {
        "clients.desktop.people": {"groups": ["planners", "x](https://e.example) @team <b>"]},
        "clients.desktop.redirectUris": ["http://127.0.0.1/callback", "https://new.example/callback"],
        "authorizationServer.keycloak.tokens": {"access": "2m"},
    },
)


def rule_result(rule: str, problem: str = "is wrong", **more: object) -> RuleResult:
    """Return a mandatory violation; further arguments replace its values."""
    values = {
        "rule_id": rule,
        "severity": "high",
        "level": "mandatory",
        "kind": "violation",
        "path": (),
        "urn": "",
        "problem": problem,
        "remedy": "Fix it.",
        "waiver": None,
    }
    return RuleResult(**{**values, **more})  # type: ignore[arg-type] # by the names above


WAIVER = Waiver(reason="A move, @team", accepted_by="security", expires="2026-12-31")

ACME = TenantDiff(
    "acme",
    "preview",
    compare(BEFORE.declaration(), AFTER.declaration()),
    (
        Operation("create", "urn:pulumi:acme::flow-mcp::a:b:C::made", "a:b:C", inputs="sha256:1"),
        Operation("delete", "urn:pulumi:acme::flow-mcp::a:b:C::gone", "a:b:C"),
        Operation(
            "replace", URN, "keycloak:openid/client:Client", ("realmId",), ("realmId",), ("clientSecret",)
        ),
        Operation("update", "urn:pulumi:acme::flow-mcp::a:b:C::kept", "a:b:C", ("description",)),
    ),
    (Unknown("acme: clientIds.desktop", "is unknown until the update", blocks=False),),
    (
        rule_result("TEST-001", "names a new host", path=("clients", "desktop", "redirectUris", 1)),
        rule_result(
            "TEST-002", "is long", level="advisory", path=("authorizationServer", "keycloak", "tokens")
        ),
        rule_result("TEST-003", f"of a resource {HOSTILE}", urn=URN, path=("realmId",)),
        rule_result("TEST-004", waiver=WAIVER),
        rule_result("TEST-005", "could not be evaluated: the rule raised KeyError", kind="failed"),
    ),
)
UNCHANGED = TenantDiff("globex", "preview", ())
WITH_ADVICE = TenantDiff("initech", "preview", (), rule_results=(rule_result("TEST-002", level="advisory"),))
BLOCKED = TenantDiff(
    "stark",
    "preview",
    (),
    unknowns=(Unknown("the change", f"cannot be determined: {HOSTILE}", blocks=True),),
)

OUTCOME = Outcome(
    (ACME, UNCHANGED, WITH_ADVICE, BLOCKED),
    "preview",
    AS_OF,
    unknowns=(Unknown("policies", "has changed", blocks=False),),
)
