"""Applying approved plans and detecting deviations, with a stand-in for the `pulumi` command."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.review.gate.apply import Applied, apply
from flow_mcp.review.gate.errors import BlockedError, DeviationError
from flow_mcp.review.gate.plan import Plan, Planner, diff
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.preview import Preview
from flow_mcp.review.preview.steps import steps
from flow_mcp.review.preview.values import UNKNOWN
from tests.unit.declared import Stacks
from tests.unit.review.preview.events import CANCEL, diagnostic, in_order, policy, pre_event, summary

# Reports the events of a file, and records an interrupt.
PULUMI = f"""#!{sys.executable} -IS
import pathlib, signal, sys, time
directory = pathlib.Path(__file__).parent
if "--event-log" not in sys.argv:
    print("{{}}")  # there are no secrets
    sys.exit()
def interrupted(*_):
    (directory / "cancelled").touch()
    sys.exit(1)
signal.signal(signal.SIGINT, interrupted)
log = pathlib.Path(sys.argv[sys.argv.index("--event-log") + 1]).open("a")
for line in (directory / "events").read_text().splitlines(True):
    log.write(line)
    log.flush()
if "--slow" in (directory / "ending").read_text():
    time.sleep(60)
sys.exit("1" in (directory / "ending").read_text())
"""
CONFIGURATION = {"preludeEvent": {"config": {"flow-mcp:tenant": "x"}}}
NAMES = ["TEST-900", "TEST-901"]
ALL_RAN = (
    {"policyAnalyzeSummaryEvent": {"passed": NAMES}},
    {"policyAnalyzeStackSummaryEvent": {"passed": [f"{name}-outputs" for name in NAMES]}},
)
CLIENT, PASSWORD = "urn:pulumi:acme::flow-mcp::c::client", "urn:pulumi:acme::flow-mcp::p::password"
UPDATE = pre_event("update", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": UNKNOWN})
REPLACE = pre_event("replace", PASSWORD, "p", {"end": 1}, {"end": 2}, keys=["end"])
DECLARED = {
    "id": "acme",
    "workspaces": {"456": {"environments": ["production"]}},
    "authorizationServer": {
        "keycloak": {"url": "https://id.acme.example", "realm": {"name": "a", "create": True}}
    },
}


class Gate:
    """A planner whose Pulumi is the stand-in."""

    def __init__(self, stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project = stacks.project
        self.bin = stacks.project.directory / "bin"
        self.bin.mkdir()
        (self.bin / "pulumi").write_text(PULUMI, "utf-8")
        (self.bin / "pulumi").chmod(0o755)
        monkeypatch.setenv("PATH", str(self.bin), prepend=":")

    def apply(self, approved: list[Any], reported: list[Any], ending: str = "") -> Applied:
        """Apply approved steps; Pulumi reports events and exits with `ending` 1, or hangs with `--slow`."""
        with (self.bin / "events").open("w") as file:
            for event in in_order(CONFIGURATION, *reported):
                file.write(f"{json.dumps(event)}\n")
        (self.bin / "ending").write_text(ending, "utf-8")
        stack_file = self.project.directory / "stacks" / "Pulumi.acme.yaml"
        stack_file.write_text("", "utf-8")
        with Planner.of(self.project, {"acme": stack_file}, date(2026, 11, 25)) as planner:
            declaration = from_configuration(
                DECLARED, {"server": "https://app.profitbase.biz/flow"}, source=""
            ).declaration
            configuration = CONFIGURATION["preludeEvent"]["config"]
            preview = Preview("acme", declaration, declaration, steps(approved), (), (), True, configuration)
            plan = Plan(preview, diff(preview, planner.policies.pack, planner.engine.as_of), Path())
            return apply(planner, plan)

    @property
    def cancelled(self) -> bool:
        return (self.bin / "cancelled").exists()


@pytest.fixture
def gate(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(stacks, monkeypatch)


def completed(*events: Any, result: str = "succeeded") -> list[Any]:
    return [*events, *ALL_RAN, summary(result, preview=False), CANCEL]


def test_unknown_values_of_approved_changes_may_become_anything(gate: Gate) -> None:
    known = pre_event("update", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": "known now"})
    parts = [
        pre_event("create-replacement", PASSWORD, "p", {"end": 1}, {"end": 2}),
        REPLACE,
        pre_event("delete-replaced", PASSWORD, "p", {"end": 1}),
    ]

    done = gate.apply([UPDATE, REPLACE], completed(known, *parts))

    assert (done.steps, done.needless, done.rule_results) == (steps([known, *parts]), (), ())


def test_a_resource_that_is_imported_and_then_updated_has_two_approved_changes(gate: Gate) -> None:
    imported = pre_event("import", PASSWORD, "p", None, {"end": 1})
    updated = pre_event("update", PASSWORD, "p", {"end": 1}, {"end": 2})
    approved = [imported, updated]

    done = gate.apply(approved, completed(imported, updated))
    assert (done.steps, done.needless) == (steps(approved), ())

    with pytest.raises(DeviationError, match="OMITTED AN APPROVED CHANGE: update of urn"):
        gate.apply(approved, completed(imported))
    other = pre_event("import", PASSWORD, "p", None, {"end": 3})
    with pytest.raises(DeviationError, match="with another value of end"):
        gate.apply(approved, [other], "--slow")


def test_a_change_that_is_unnecessary_is_listed(gate: Gate) -> None:
    done = gate.apply([UPDATE, REPLACE], completed(REPLACE))

    assert (done.steps, done.needless) == (steps([REPLACE]), steps([UPDATE]))


@pytest.mark.parametrize(
    ("reported", "deviation"),
    [
        ([pre_event("delete", "urn:pulumi:acme::flow-mcp::c::other", "c", {"a": 1})], "delete of urn"),
        ([pre_event("replace", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": "x"})], "replace of urn"),
        ([pre_event("delete", PASSWORD, "p", {"end": 1})], "delete of urn"),
        (
            [pre_event("update", CLIENT, "c", {"uri": "a"}, {"uri": "evil", "id": "x"})],
            "with another value of uri. ",
        ),
        (
            [pre_event("update", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": "x", "y": 1})],
            "with another value of y. ",
        ),
        ([{"preludeEvent": {"config": {"flow-mcp:tenant": "y"}}}], "another configuration"),
    ],
)
def test_a_deviation_cancels_the_update(gate: Gate, reported: list[Any], deviation: str) -> None:
    with pytest.raises(DeviationError) as raised:
        gate.apply([UPDATE, REPLACE], reported, "--slow")

    assert "WAS ABOUT TO MAKE AN UNAPPROVED CHANGE and was cancelled: " in str(raised.value)
    assert deviation in str(raised.value)
    assert gate.cancelled


def test_an_omitted_change_is_an_error(gate: Gate) -> None:
    with pytest.raises(DeviationError, match="OMITTED AN APPROVED CHANGE: replace of urn"):
        gate.apply([UPDATE, REPLACE], completed(UPDATE))


@pytest.mark.parametrize(
    ("reported", "ending", "message"),
    [
        (completed(UPDATE, diagnostic("409: exists"), result="failed"), "1", "failed: 409: exists"),
        ([UPDATE], "1", "ended early"),
        ([UPDATE, summary(preview=False), CANCEL], "", "the policy pack did not evaluate TEST-900, "),
        ([*completed(UPDATE)[:-2], summary(), CANCEL], "", "failed, with exit code 0"),
        (
            completed(UPDATE, policy(), diagnostic("update failed"), result="failed"),
            "1",
            "by the rule FLOWMCP-001: ",
        ),
    ],
)
def test_a_failed_update_is_an_error(gate: Gate, reported: list[Any], ending: str, message: str) -> None:
    with pytest.raises((PreviewError, BlockedError)) as raised:
        gate.apply([UPDATE], reported, ending)

    assert message in str(raised.value)
