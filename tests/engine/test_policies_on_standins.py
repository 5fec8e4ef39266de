"""The policy pack on Pulumi's engine, for the sample stacks on stand-ins. Vendors' servers take no part."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    AUTH0_CREDENTIALS,
    ENTRA_APPLICATION,
    ENTRA_CERTIFICATE,
    ENTRA_PREAUTHORIZED,
    ENTRA_PRINCIPAL,
)
from flow_mcp.review.policy.rule import Resource
from tests.conftest import REPOSITORY
from tests.engine import external, scalekit
from tests.engine.conftest import StandInProject

Finding = tuple[str, str, str]
"""Enforcement level, policy, and name of the resource."""

AS_OF = "2026-11-25"
PROGRAM = REPOSITORY / "tests" / "live" / "programs" / "past_the_component.py"

CONTOSO = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
ENTRA = {
    "groups": {
        "planners": "aaaaaaaa-0000-4000-8000-000000000001",
        "fabrikam-planners": "aaaaaaaa-0000-4000-8000-000000000002",
    },
    "domains": ["contoso.example", "profitbase.biz"],
}

DOCUMENT = {"001", "007", "008", "009"}
"""Rules that evaluate the settings document, which depends on values that a server assigns."""

TOGETHER = {f"FLOWMCP-{number}-outputs" for number in ("013", "024", "025", "031")}
"""Policies that compare resources with each other."""


def sample(stack: str) -> str:
    return (REPOSITORY / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Stack:
    """A stack of a scratch project that the policy pack evaluates."""

    scratch: ScratchProject
    name: str

    def run(self, *arguments: str, as_of: str = AS_OF) -> tuple[bool, set[Finding]]:
        """Run a command; return whether Pulumi passed, and the findings of the pack."""
        events = self.scratch.directory / "events.jsonl"
        events.unlink(missing_ok=True)
        # The first makes --event-log known.
        environment = {"PULUMI_DEBUG_COMMANDS": "true", "FLOW_MCP_AS_OF": as_of}
        ended = replace(self.scratch, credentials={**self.scratch.credentials, **environment}).pulumi(
            *arguments,
            *("--stack", self.name, "--policy-pack", "policies", "--event-log", str(events)),
            check=False,
        )
        policy_events = [
            json.loads(line).get("policyEvent") for line in events.read_text("utf-8").splitlines()
        ]
        return ended.returncode == 0, {
            (event["enforcementLevel"], event["policyName"], event["resourceUrn"].rpartition("::")[2])
            for event in policy_events
            if event
        }


@pytest.fixture
def started(
    scratch: ScratchProject, tmp_path: Path, stand_in: Callable[[str], StandInProject]
) -> Iterator[Callable[[str], Stack]]:
    """Return a function that selects a sample stack on its stand-in."""
    with ExitStack() as servers:

        def start(name: str) -> Stack:
            text = sample(name)
            on = scratch
            if name in {"contoso", "fabrikam"}:
                azuread = stand_in("azuread")
                azuread.prepare(CONTOSO, **ENTRA)
                azuread.prepare("7c9e6679-7425-40de-944b-e07fc1f90ae7", **ENTRA)
                on = azuread.scratch
            elif name == "initech":
                on = stand_in("auth0").scratch
            elif name == "umbrella":
                on, server = servers.enter_context(scalekit.scalekit_scratch(scratch, tmp_path))
                text = scalekit.declaration(server)
            elif name == "stark":
                on, registration = servers.enter_context(external.external_scratch(scratch, tmp_path))
                text = external.declaration(registration)
            on.declare(name, text)
            on.pulumi("stack", "select", "--create", name)
            return Stack(on, name)

        yield start


@pytest.mark.parametrize(
    ("stack", "expected", "unknown"),
    [
        ("contoso", {"016", "021", "034"}, DOCUMENT),
        ("fabrikam", {"016", "021", "034"}, DOCUMENT),
        # Nothing is made, so that a preview knows all.
        ("northwind", set(), set()),
        # What Auth0 will choose where nothing is set is known when it has.
        (
            "initech",
            {"016", "022", "034", "038", "045"},
            DOCUMENT | {"003", "004", "005", "006", "024", "037"},
        ),
        ("umbrella", {"016", "017", "040"}, DOCUMENT),
        ("stark", {"016", "017"}, DOCUMENT),
    ],
)
def test_sample_has_exactly_the_expected_findings_in_preview_and_update(
    started: Callable[[str], Stack], stack: str, expected: set[str], unknown: set[str]
) -> None:
    selected = started(stack)
    own = {("advisory", f"FLOWMCP-{number}", stack) for number in expected}
    cannot_run = {("advisory", f"FLOWMCP-{number}-outputs", f"flow-mcp-{stack}") for number in unknown}
    if stack == "umbrella":
        cannot_run |= {("advisory", "FLOWMCP-001", "metadata")}

    assert selected.run("preview") == (True, own | cannot_run)
    assert selected.run("up", "--yes", "--skip-preview") == (True, own)


def test_declaration_rejected_by_a_rule_creates_nothing(
    stand_in: Callable[[str], StandInProject],
) -> None:
    azuread = stand_in("azuread")
    azuread.prepare(CONTOSO, **ENTRA)
    azuread.scratch.declare("contoso", sample("contoso").replace(":environment:production", ":pull_request"))
    azuread.scratch.pulumi("stack", "select", "--create", "contoso")

    passed, findings = Stack(azuread.scratch, "contoso").run("up", "--yes", "--skip-preview")

    assert (passed, {finding for finding in findings if finding[0] == "mandatory"}) == (
        False,
        {("mandatory", "FLOWMCP-030", "contoso")},
    )
    with azuread.server.account(CONTOSO) as account:
        assert [objects for objects in account.objects.values() if objects] == []


def test_violation_that_only_several_resources_show_is_rejected(scratch: ScratchProject) -> None:
    client_id, other_id, object_id = (f"8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e5{n}" for n in range(3))
    api = {
        "clientId": client_id,
        "objectId": object_id,
        "signInAudience": "AzureADMyOrg",
        "identifierUris": ["api://acme/flow-mcp"],
        "api": {"requestedAccessTokenVersion": 2},
    }
    agent = {
        "clientId": "agent",
        "appType": "non_interactive",
        "oidcConformant": True,
        "grantTypes": ["client_credentials"],
    }
    made: dict[str, tuple[str, dict[str, Any]]] = {
        "api": (ENTRA_APPLICATION, api),
        "open": (ENTRA_PRINCIPAL, {"clientId": client_id, "appRoleAssignmentRequired": False}),
        "of-a-client": (ENTRA_PRINCIPAL, {"clientId": other_id, "appRoleAssignmentRequired": False}),
        "on-the-api": (ENTRA_CERTIFICATE, {"applicationId": f"/applications/{object_id}"}),
        "own": (ENTRA_PREAUTHORIZED, {"authorizedClientId": client_id}),
        "foreign": (ENTRA_PREAUTHORIZED, {"authorizedClientId": other_id}),
        "agent": (AUTH0_CLIENT, agent),
        "unauthenticated": (AUTH0_CREDENTIALS, {"clientId": "agent", "authenticationMethod": "none"}),
    }
    resources = {name: asdict(Resource(kind, outputs=outputs)) for name, (kind, outputs) in made.items()}
    shutil.copyfile(PROGRAM, scratch.project.directory / "stacks" / "__main__.py")
    scratch.declare("acme", json.dumps({"config": {"flow-mcp:tenant": resources}}))
    scratch.pulumi("stack", "select", "--create", "acme")

    passed, findings = Stack(scratch, "acme").run("preview")

    assert not passed
    assert {
        (policy, name) for level, policy, name in findings if level == "mandatory" and policy in TOGETHER
    } == {
        ("FLOWMCP-013-outputs", "open"),
        ("FLOWMCP-024-outputs", "unauthenticated"),
        ("FLOWMCP-025-outputs", "foreign"),
        ("FLOWMCP-031-outputs", "on-the-api"),
    }
