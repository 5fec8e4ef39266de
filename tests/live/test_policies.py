"""Tests of the policy pack on Pulumi's engine."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.policy.configuration import settings, usual_level
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import Context, Resource, Rule, Unknown, Violation
from flow_mcp.review.policy.rules import RULES
from tests.conftest import REPOSITORY
from tests.own_rule import ID, own_rule

PROGRAMS = Path(__file__).parent / "programs"
SETTINGS = "flow-mcp:index:McpServerSettings"
STACK = "acme"
RAISING = """
if subject.type == SETTINGS and subject.inputs:
    int(subject.inputs["tenant"])  # the error's text repeats the value
return ()
"""
REFUSING = 'yield Violation(("authorizationServer", "keycloak", "url"), "is refused")'
EXAMPLES = {
    f"{rule.id}-{verdict}-{index}": example
    for rule in RULES
    for verdict, examples in (("good", rule.good), ("bad", rule.bad))
    for index, example in enumerate(examples)
    if not example.type.startswith("pulumi:")  # no program can register a component of these types
}
AS_OF = date(2026, 11, 25)
Finding = tuple[str, str, str]
"""Enforcement level, rule, and name of the resource."""


def placed(name: str, example: Resource, *, inside: bool = False) -> Resource:
    """Return the example with its URN in the stack, which is outside of the component by default."""
    below = f"{SETTINGS}$" if inside or f"{SETTINGS}$" in example.urn else ""
    return replace(example, urn=f"urn:pulumi:{STACK}::flow-mcp::{below}{example.type}::{name}")


def expected(resources: Mapping[str, Resource]) -> set[Finding]:
    """Return the results of all rules for the resources, without Pulumi."""
    ended = [
        replace(item, inputs={}, outputs=item.outputs if item.type == SETTINGS else item.values)
        for item in resources.values()
    ]
    found: set[Finding] = set()
    for rule in RULES:
        context = Context(AS_OF, settings(rule, None, "the test"), {item.id: () for item in RULES})
        results: list[tuple[Resource | None, Violation | Unknown]]
        results = [(None, item) for item in rule.in_stack(ended, context)]
        for resource in resources.values():
            results += ((resource, item) for item in _of_one(rule, resource, context))
        results += ((item, finding) for item in ended for finding in rule.in_resource(item, context))
        found |= {
            (usual_level(rule), rule.id, (resource.urn if resource else finding.urn).rpartition("::")[2])
            for resource, finding in results
            if isinstance(finding, Violation)
        }
    return found


def _of_one(rule: Rule, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
    if resource.type == SETTINGS:
        with suppress(DeclarationError):
            yield from rule.in_declaration(declared(resource.inputs), context)
    yield from rule.in_resource(replace(resource, outputs={}), context)


@dataclass(frozen=True)
class Run:
    """The result of a Pulumi run, with violations as (enforcement level, policy, resource's name)."""

    passed: bool
    violations: set[tuple[str, str, str]]
    printed: str

    @property
    def rules(self) -> set[Finding]:
        """The violations by rule, from both of its policies."""
        return {(level, policy.removesuffix("-outputs"), name) for level, policy, name in self.violations}


@dataclass(frozen=True)
class Program:
    """A stack of the scratch project."""

    scratch: ScratchProject

    def run(self, *arguments: str, policy_pack: str = "policies") -> Run:
        """Run `pulumi` for the stack with the policy pack."""
        events = self.scratch.directory / "events.jsonl"
        events.unlink(missing_ok=True)
        ended = self.scratch.pulumi(
            *arguments,
            "--stack",
            STACK,
            "--policy-pack",
            policy_pack,
            "--event-log",
            str(events),
            check=False,
        )
        found = [json.loads(line).get("policyEvent") for line in events.read_text("utf-8").splitlines()]
        return Run(
            ended.returncode == 0,
            {
                (event["enforcementLevel"], event["policyName"], event["resourceUrn"].rpartition("::")[2])
                for event in found
                if event
            },
            ended.stdout + "".join(event["message"] for event in found if event),
        )

    def resources(self) -> set[str]:
        """Return the names of all resources in the stack's state."""
        state = json.loads(self.scratch.pulumi("stack", "export", "--stack", STACK).stdout)
        return {resource["urn"].rpartition("::")[2] for resource in state["deployment"].get("resources", [])}


def started(scratch: ScratchProject, stack_file: str) -> Program:
    # This enables --event-log, by which Pulumi's Automation API collects events.
    known = {"PULUMI_DEBUG_COMMANDS": "true", "FLOW_MCP_AS_OF": AS_OF.isoformat()}
    scratch = replace(scratch, credentials={**scratch.credentials, **known})
    scratch.declare(STACK, stack_file)
    scratch.pulumi("stack", "select", "--create", STACK)
    return Program(scratch)


def program(scratch: ScratchProject, name: str, config: Mapping[str, Any]) -> Program:
    shutil.copyfile(PROGRAMS / f"{name}.py", scratch.project.directory / "stacks" / "__main__.py")
    return started(scratch, json.dumps({"config": {"flow-mcp:tenant": {}, **config}}))


def extend_pack(scratch: ScratchProject, method: str, body: str) -> None:
    """Make a copy of the pack, `extended`, with a rule of the project's own."""
    extended = scratch.project.directory / "extended"
    shutil.copytree(scratch.project.directory / "policies", extended)
    own_rule(extended, method, body)


def registering(scratch: ScratchProject, resources: Mapping[str, Resource]) -> Program:
    listed = {name: asdict(resource) for name, resource in resources.items()}
    return program(scratch, "past_the_component", {"flow-mcp:tenant": listed})


def test_a_preview_reports_the_same_findings_as_the_rules_without_pulumi(scratch: ScratchProject) -> None:
    examples = {name: placed(name, example) for name, example in EXAMPLES.items()}
    run = registering(scratch, examples).run("preview")

    assert not run.passed
    assert run.rules == expected(examples)
    assert {(rule, name) for _, rule, name in run.rules} >= {
        (name.partition("-bad-")[0], name) for name in EXAMPLES if "-bad-" in name
    }


def test_valid_examples_are_applied_and_analyzed_without_a_blocking_finding(
    scratch: ScratchProject,
) -> None:
    good = {
        name: placed(name, example, inside=True) for name, example in EXAMPLES.items() if "-good-" in name
    }
    # A valid example of one rule can be an invalid one of another rule.
    stopped = {name for level, _, name in expected(good) if level == "mandatory"}
    good = {name: example for name, example in good.items() if name not in stopped}
    assert {name.partition("-good-")[0] for name in good} == {
        name.partition("-bad-")[0] for name in EXAMPLES if "-bad-" in name
    }
    stack = registering(scratch, good)

    run = stack.run("up", "--yes")
    assert (run.passed, run.rules) == (True, expected(good))
    assert stack.resources() == {*good, "inside", f"flow-mcp-{STACK}"}

    exported = scratch.directory / "state.json"
    scratch.pulumi("stack", "export", "--stack", STACK, "--file", str(exported))
    scratch.pulumi("policy", "analyze", "--file", str(exported), "--policy-pack", "policies")


@pytest.mark.parametrize("arguments", [("up", "--yes"), ("up", "--yes", "--skip-preview")])
def test_plain_http_is_rejected_before_any_resource_is_created(
    scratch: ScratchProject, arguments: tuple[str, ...]
) -> None:
    keycloak = {"url": "http://id.acme.example", "adminUrl": "http://10.0.0.7:8080"}
    inputs = declares({"keycloak": {**keycloak, "realm": {"name": "acme", "create": True}}}).inputs
    stack = registering(scratch, {"own": Resource(SETTINGS, inputs)})

    run = stack.run(*arguments)

    refused = {("mandatory", rule, "own") for rule in ("FLOWMCP-001", "FLOWMCP-002")}
    assert (run.passed, run.violations) == (False, refused)
    assert "own" not in stack.resources()


def test_an_authority_known_only_from_outputs_is_rejected(scratch: ScratchProject) -> None:
    document = {"authorizationServers": [{"authority": "http://id.acme.example/realms/acme"}]}
    outputs = {"authority": "https://id.acme.example/realms/acme", "settings": json.dumps(document)}
    run = registering(scratch, {"own": Resource(SETTINGS, outputs=outputs)}).run("preview")

    assert (run.passed, run.violations) == (False, {("mandatory", "FLOWMCP-001-outputs", "own")})


def test_a_custom_provider_and_realm_are_rejected_and_unknown_values_are_reported(
    scratch: ScratchProject,
) -> None:
    password = secrets.token_urlsafe(24)
    run = program(scratch, "own_keycloak", {"flow-mcp:password": password}).run("preview")

    stops = {(f"FLOWMCP-{rule}", name) for rule in ("001", "027") for name in ("admin", "realm")}
    stops |= {("FLOWMCP-029", "realm"), ("FLOWMCP-027-outputs", "admin"), ("FLOWMCP-027-outputs", "realm")}
    stops.add(("FLOWMCP-029-outputs", "realm"))
    unknown = {("advisory", f"FLOWMCP-{rule}-outputs", f"flow-mcp-{STACK}") for rule in ("001", "019", "029")}
    assert (run.passed, run.violations) == (False, {("mandatory", *item) for item in stops} | unknown)
    assert password not in run.printed


def test_the_component_shows_its_declaration_to_the_pack(scratch: ScratchProject) -> None:
    # `flow-mcp check` refuses what the package's rules refuse, so here an own rule refuses every Keycloak.
    extend_pack(scratch, "in_declaration", REFUSING)
    sample = (REPOSITORY / "stacks" / f"Pulumi.{STACK}.yaml").read_text("utf-8")
    stack = started(scratch, sample.replace("http://127.0.0.1:8180", "http://127.0.0.1:9"))

    run = stack.run("preview", policy_pack="extended")

    assert ("mandatory", ID, STACK) in run.violations
    assert "authorizationServer.keycloak.url is refused" in run.printed


def test_a_rule_that_raises_fails_the_preview_without_showing_values(scratch: ScratchProject) -> None:
    extend_pack(scratch, "in_resource", RAISING)
    marker = secrets.token_urlsafe(24)
    stack = registering(scratch, {"own": Resource(SETTINGS, {"tenant": marker})})

    run = stack.run("preview", policy_pack="extended")

    assert not run.passed
    assert (
        f"rule {ID} failed on urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings::own" in run.printed
    )
    assert ": ValueError" in run.printed
    assert marker not in run.printed


def test_a_tenant_on_keycloak_is_applied_and_analyzed_with_advice_only(
    module_scratch: ScratchProject, keycloak: LocalKeycloak
) -> None:
    sample = (REPOSITORY / "stacks" / f"Pulumi.{STACK}.yaml").read_text("utf-8")
    stack = started(module_scratch, sample.replace("http://127.0.0.1:8180", keycloak.url))
    advised = {("advisory", f"FLOWMCP-{rule}", STACK) for rule in ("016", "026", "034", "045")}
    # Keycloak's defaults and the other contents of the new realm are known only after its creation.
    unknown = {("advisory", f"FLOWMCP-{rule}-outputs", f"flow-mcp-{STACK}") for rule in ("003", "004", "014")}
    try:
        first = stack.run("preview")
        assert (first.passed, first.violations) == (True, advised | unknown)

        applied = stack.run("up", "--yes", "--skip-preview")
        assert (applied.passed, applied.rules) == (True, advised)

        exported = module_scratch.directory / "state.json"
        module_scratch.pulumi("stack", "export", "--stack", STACK, "--file", str(exported))
        module_scratch.pulumi("policy", "analyze", "--file", str(exported), "--policy-pack", "policies")
    finally:
        module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK, "--remove")
