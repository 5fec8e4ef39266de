"""The report of declarations."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.report.declared import (
    Client,
    Declared,
    Lifetime,
    Limit,
    People,
    Problem,
    RegistrationMethod,
    Secret,
)
from flow_mcp.review.report.document import Counts, Drift, Settings, Tenant, Update, report_schema
from flow_mcp.review.report.rule_results import Finding, Reference, Rule, Waiver
from tests.unit.review.report.showcase import Showcase

BOTH = ("456/production", "456/test")
AGENT = {"grant": "client-credentials", "access": ["*"]}
MANUAL = {"legacy": {"clientId": "legacy-crm", "access": ["456/test"]}}
ENTRA = {
    "entra": {
        "tenantId": "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11",
        "verifiedDomains": ["contoso.example"],
    }
}
NOTHING_READ: dict[str, Any] = {
    "delivered": Settings(reading="not-read"),
    "applied": Settings(reading="not-read"),
    "update": Update(reading="not-read"),
    "drift": Drift(reading="not-read"),
}


def waiver(**more: str) -> dict[str, str]:
    return {"reason": "Moves in March", "acceptedBy": "ciso", "expires": "2027-03-31", **more}


def test_a_tenant_is_built_from_its_file_and_other_sources_are_marked_as_not_read(showcase: Showcase) -> None:
    showcase.declare(
        "acme",
        authorizationServer={
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "acme", "create": True},
                "registration": {"metadataDocuments": {"domains": ["claude.ai"], "access": ["456/test"]}},
            }
        },
        clients={
            "agent": AGENT,
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "access": ["*"],
                "people": {"groups": ["planners"]},
            },
        },
        manualRegistrations=MANUAL,
    )
    assert showcase.tenant("acme") == Tenant(
        stack="acme",
        refused=False,
        risk="high",
        blocked=True,
        problems=(),
        declared=Declared(
            tenant="acme",
            server="https://app.profitbase.biz/flow",
            kind="keycloak",
            authority="https://id.acme.example/realms/acme",
            resources=BOTH,
            pending=(),
            clients=(
                Client(
                    name="agent",
                    registration="managed",
                    client_id="flow-mcp-acme-agent",
                    grant="client-credentials",
                    authentication="client-secret",
                    redirect_uris=(),
                    web_origins=(),
                    resources=BOTH,
                    secret=Secret(state="undeclared"),
                ),
                Client(
                    name="desktop",
                    registration="managed",
                    client_id="flow-mcp-acme-desktop",
                    grant="authorization-code",
                    authentication="none",
                    redirect_uris=("http://127.0.0.1/callback",),
                    web_origins=(),
                    resources=BOTH,
                ),
                Client(
                    name="legacy",
                    registration="manual",
                    client_id="legacy-crm",
                    grant="client-credentials",
                    redirect_uris=(),
                    web_origins=(),
                    resources=("456/test",),
                ),
            ),
            ways=(
                RegistrationMethod(
                    key="metadataDocuments",
                    open=True,
                    limits=(
                        Limit(name="domains", values=("claude.ai",)),
                        Limit(name="redirectHosts", values=()),
                    ),
                    resources=("456/test",),
                ),
            ),
            people=(People(kind="group", name="planners", resources=BOTH),),
            lifetimes=(Lifetime(of="tokens.access", seconds=300),),
        ),
        findings=(
            Finding(
                rule="TEST-001",
                severity="high",
                level="mandatory",
                kind="violation",
                path="manualRegistrations.legacy",
                problem="is manual",
                remedy="Let the stack make it.",
                waived=False,
                blocks=True,
            ),
        ),
        waivers=(),
        **NOTHING_READ,
    )


def test_an_invalid_file_is_listed_with_its_problems_and_counts_as_blocked(showcase: Showcase) -> None:
    showcase.declare("acme", clients={"agent": {**AGENT, "grant": "password"}})
    report = showcase.report()
    assert report.tenants == (
        Tenant(
            stack="acme",
            refused=True,
            risk="refused",
            blocked=True,
            problems=(
                Problem(
                    severity="error",
                    file="Pulumi.acme.yaml",
                    line=24,
                    path="clients.agent.grant",
                    message="is not one of the allowed values",
                    remedy="Use 'client-credentials' or 'authorization-code'.",
                ),
            ),
            findings=(),
            waivers=(),
            **NOTHING_READ,
        ),
    )
    assert (report.counts.tenants, report.counts.refused, report.counts.blocked) == (1, 1, 1)


def test_a_tenant_that_two_stacks_declare_is_blocked(showcase: Showcase) -> None:
    showcase.declare("acme")
    showcase.declare("again", id="acme")
    first, second = showcase.report().tenants
    assert (first.blocked, first.problems) == (False, ())
    assert second.blocked
    assert [(problem.severity, problem.path) for problem in second.problems] == [("error", "id")]


def test_a_rule_that_raises_blocks_without_its_message(showcase: Showcase) -> None:
    showcase.declare("raising")
    report = showcase.report()
    (tenant,) = report.tenants
    assert (tenant.risk, tenant.blocked, [finding.kind for finding in tenant.findings]) == (
        "critical",
        True,
        ["failed"],
    )
    assert (report.counts.failed, report.counts.blocked, report.counts.violations) == (1, 1, 0)
    assert "s3cret" not in report.to_json()


def test_rules_are_listed_with_the_numbers_of_their_findings(showcase: Showcase) -> None:
    showcase.declare("acme", manualRegistrations=MANUAL)
    showcase.declare("globex", manualRegistrations=MANUAL, waivers={"TEST-001": waiver()})
    showcase.declare("raising")
    *_, manual, resources, raises = showcase.report().rules
    assert manual == Rule(
        id="TEST-001",
        severity="high",
        level="mandatory",
        message="Nothing is manual.",
        remedy="Let the stack make it.",
        references=(
            Reference(title="A page", url="https://page.example/"),
            Reference(title="A bad one", url="javascript:alert(1)"),
        ),
        judged=True,
        violations=1,
        waived=1,
        failed=0,
        tenants=1,
    )
    assert (resources.judged, resources.level) == (False, "mandatory")
    assert (raises.judged, raises.level, raises.failed, raises.tenants) == (True, "advisory", 1, 1)


@pytest.mark.parametrize(
    ("rule", "changes", "manual", "state", "days_left"),
    [
        ("TEST-001", {}, True, "holding", 126),
        ("TEST-001", {"expires": "2026-11-25"}, True, "holding", 0),
        ("TEST-001", {"expires": "2026-11-24"}, True, "expired", -1),
        ("TEST-001", {}, False, "unused", 126),
        ("TEST-001", {"acceptedBy": "me"}, True, "unpermitted", 126),
        ("TEST-003", {}, True, "unpermitted", 126),
        ("TEST-002", {}, True, "not-judged", 126),
        ("TEST-009", {}, True, "unknown-rule", 126),
    ],
)
def test_a_waiver_is_listed_with_its_state(
    showcase: Showcase, rule: str, changes: dict[str, str], manual: bool, state: Any, days_left: int
) -> None:
    text = waiver(**changes)
    showcase.declare("acme", waivers={rule: text}, **({"manualRegistrations": MANUAL} if manual else {}))
    tenant = showcase.tenant("acme")
    assert tenant.waivers == (
        Waiver(
            rule=rule,
            reason="Moves in March",
            accepted_by=text["acceptedBy"],
            expires=text["expires"],
            days_left=days_left,
            state=state,
        ),
    )
    assert [finding.waived for finding in tenant.findings] == ([state == "holding"] if manual else [])
    assert tenant.risk == ("none" if state in {"holding", "unused"} else "high")


@pytest.mark.parametrize(
    ("as_of", "state", "age_days", "days_left"),
    [
        (date(2026, 11, 25), "valid", 24, 156),
        (date(2027, 3, 30), "valid", 149, 31),
        (date(2027, 3, 31), "expiring", 150, 30),
        (date(2027, 4, 29), "expiring", 179, 1),
        (date(2027, 4, 30), "expired", 180, 0),
        (date(2027, 5, 3), "expired", 183, -3),
    ],
)
def test_the_age_of_a_secret_is_computed_for_the_day(
    showcase: Showcase, as_of: date, state: Any, age_days: int, days_left: int
) -> None:
    secret = {"issued": "2026-11-01", "lifetime": "180d"}
    showcase.declare("contoso", authorizationServer=ENTRA, clients={"agent": {**AGENT, "secret": secret}})
    declared = showcase.tenant("contoso", as_of=as_of).declared
    assert declared is not None
    assert declared.clients[0].secret == Secret(
        state=state,
        issued="2026-11-01",
        expires="2027-04-30T00:00:00Z",
        age_days=age_days,
        days_left=days_left,
    )


def test_items_that_need_attention_are_counted(showcase: Showcase) -> None:
    showcase.declare("acme", manualRegistrations=MANUAL, clients={"agent": AGENT})
    showcase.declare(
        "globex",
        manualRegistrations=MANUAL,
        waivers={"TEST-001": waiver(), "TEST-003": waiver()},
        authorizationServer={
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "globex", "create": True},
                "registration": {"dynamic": {"redirectHosts": ["localhost"], "access": ["*"]}},
            }
        },
    )
    showcase.declare(
        "contoso",
        authorizationServer=ENTRA,
        clients={
            "old": {**AGENT, "secret": {"issued": "2026-01-01", "lifetime": "30d"}},
            "aging": {**AGENT, "secret": {"issued": "2026-11-01", "lifetime": "30d"}},
        },
    )
    showcase.write("initech", "config: [")
    showcase.declare("raising")
    assert showcase.report().counts == Counts(
        tenants=5,
        refused=1,
        blocked=3,
        violations=1,
        failed=1,
        waivers_holding=1,
        waivers_void=1,
        secrets_expired=1,
        secrets_expiring=1,
        secrets_undeclared=1,
        open_registration=1,
        different=0,
        settings_unknown=5,
        drifted=0,
        drift_unknown=5,
    )


def test_tenants_are_sorted_and_a_selection_is_marked(showcase: Showcase) -> None:
    for stack in ("globex", "acme"):
        showcase.declare(stack)
    complete, selection = showcase.report(), showcase.report(stacks=["globex", "globex"])
    assert ([tenant.stack for tenant in complete.tenants], complete.complete) == (["acme", "globex"], True)
    assert ([tenant.stack for tenant in selection.tenants], selection.complete) == (["globex"], False)


def test_the_same_input_gives_the_same_ascii_bytes_that_match_the_schema(
    showcase: Showcase,
) -> None:
    showcase.declare("acme", manualRegistrations=MANUAL, waivers={"TEST-001": waiver(reason="Grün, שלום")})
    showcase.write("globex", "config: [")
    text = showcase.report().to_json()
    assert text == showcase.report().to_json()
    assert text.isascii()
    Draft202012Validator(report_schema()).validate(json.loads(text))


def test_hostile_file_names_are_escaped(showcase: Showcase) -> None:
    showcase.write("\u202eexe\x1b[31m", "config: [")
    (tenant,) = showcase.report().tenants
    assert tenant.stack == r"\u202eexe\x1b[31m"
    assert tenant.problems[0].file == r"Pulumi.\u202eexe\x1b[31m.yaml"


def test_a_name_of_10_000_characters_is_invalid_and_not_repeated(showcase: Showcase) -> None:
    people = {"grant": "authorization-code", "redirectUris": ["https://a.example/"], "access": ["*"]}
    showcase.declare("acme", clients={"desktop": {**people, "people": {"groups": ["x" * 10_000]}}})
    (tenant,) = showcase.report().tenants
    assert (tenant.refused, "xxx" in tenant.model_dump_json()) == (True, False)


def test_without_a_policy_pack_there_is_no_report(showcase: Showcase) -> None:
    showcase.declare("acme")
    shutil.rmtree(showcase.project.policies)
    with pytest.raises(PolicyPackError):
        showcase.report()


def test_every_key_of_the_schema_is_described() -> None:
    schema = report_schema()
    undescribed = [
        f"{name}.{key}"
        for name, part in [("Report", schema), *schema["$defs"].items()]
        for key, value in part["properties"].items()
        if "description" not in {**schema["$defs"].get(value.get("$ref", "")[8:], {}), **value}
    ]
    assert undescribed == []
