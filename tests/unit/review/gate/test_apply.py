"""Updates that are what was approved, and those that are not; with a stand-in for the `pulumi` command."""

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
from tests.unit.review.preview.events import CANCEL, begins, in_order, policy, says, summary

# Says what it was told to say, and that it was asked to end.
PULUMI = f"""#!{sys.executable} -IS
import pathlib, signal, sys, time
here = pathlib.Path(__file__).parent
if "--event-log" not in sys.argv:
    print("{{}}")  # it has no secrets
    sys.exit()
def ended(*_):
    (here / "cancelled").touch()
    sys.exit(1)
signal.signal(signal.SIGINT, ended)
log = pathlib.Path(sys.argv[sys.argv.index("--event-log") + 1]).open("a")
for line in (here / "events").read_text().splitlines(True):
    log.write(line)
    log.flush()
if "--slow" in (here / "how").read_text():
    time.sleep(60)
sys.exit("1" in (here / "how").read_text())
"""
CONFIGURATION = {"preludeEvent": {"config": {"flow-mcp:tenant": "x"}}}
NAMES = ["FLOWMCP-900", "FLOWMCP-901"]
ASKED = (
    {"policyAnalyzeSummaryEvent": {"passed": NAMES}},
    {"policyAnalyzeStackSummaryEvent": {"passed": [f"{name}-outputs" for name in NAMES]}},
)
CLIENT, PASSWORD = "urn:pulumi:acme::flow-mcp::c::client", "urn:pulumi:acme::flow-mcp::p::password"
UPDATE = begins("update", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": UNKNOWN})
REPLACE = begins("replace", PASSWORD, "p", {"end": 1}, {"end": 2}, keys=["end"])
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

    def apply(self, approved: list[Any], happens: list[Any], how: str = "") -> Applied:
        """Apply a plan of some steps while something happens; `how` it ends: `1`, or `--slow` if at all."""
        with (self.bin / "events").open("w") as file:
            for event in in_order(CONFIGURATION, *happens):
                file.write(f"{json.dumps(event)}\n")
        (self.bin / "how").write_text(how, "utf-8")
        file_of_stack = self.project.directory / "stacks" / "Pulumi.acme.yaml"
        file_of_stack.write_text("", "utf-8")
        with Planner.of(self.project, {"acme": file_of_stack}, date(2026, 11, 25)) as planner:
            declaration = from_configuration(
                DECLARED, {"server": "https://app.profitbase.biz/flow"}, source=""
            ).declaration
            configuration = CONFIGURATION["preludeEvent"]["config"]
            told = Preview("acme", declaration, declaration, steps(approved), (), (), True, configuration)
            plan = Plan(told, diff(told, planner.policies.pack, planner.engine.as_of), Path())
            return apply(planner, plan)

    @property
    def cancelled(self) -> bool:
        return (self.bin / "cancelled").exists()


@pytest.fixture
def gate(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(stacks, monkeypatch)


def whole(*events: Any, result: str = "succeeded") -> list[Any]:
    return [*events, *ASKED, summary(result, preview=False), CANCEL]


def test_approved_changes_are_made_whatever_their_unknown_values_become(gate: Gate) -> None:
    known = begins("update", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": "known now"})
    halves = [
        begins("create-replacement", PASSWORD, "p", {"end": 1}, {"end": 2}),
        REPLACE,
        begins("delete-replaced", PASSWORD, "p", {"end": 1}),
    ]

    done = gate.apply([UPDATE, REPLACE], whole(known, *halves))

    assert (done.steps, done.needless, done.rule_results) == (steps([known, *halves]), (), ())


def test_a_change_that_turns_out_to_be_needless_is_told(gate: Gate) -> None:
    done = gate.apply([UPDATE, REPLACE], whole(REPLACE))

    assert (done.steps, done.needless) == (steps([REPLACE]), steps([UPDATE]))


@pytest.mark.parametrize(
    ("happens", "what"),
    [
        ([begins("delete", "urn:pulumi:acme::flow-mcp::c::other", "c", {"a": 1})], "delete of urn"),
        ([begins("replace", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": "x"})], "replace of urn"),
        ([begins("delete", PASSWORD, "p", {"end": 1})], "delete of urn"),
        (
            [begins("update", CLIENT, "c", {"uri": "a"}, {"uri": "evil", "id": "x"})],
            "with another uri. ",
        ),
        ([begins("update", CLIENT, "c", {"uri": "a"}, {"uri": "b", "id": "x", "y": 1})], "with another y. "),
        ([{"preludeEvent": {"config": {"flow-mcp:tenant": "y"}}}], "another configuration"),
    ],
)
def test_anything_else_cancels_the_update(gate: Gate, happens: list[Any], what: str) -> None:
    with pytest.raises(DeviationError) as raised:
        gate.apply([UPDATE, REPLACE], happens, "--slow")

    assert "WAS ABOUT TO DO WHAT WAS NOT APPROVED and was cancelled: " in str(raised.value)
    assert what in str(raised.value)
    assert gate.cancelled


def test_a_change_that_was_not_made_is_shouted_about(gate: Gate) -> None:
    with pytest.raises(DeviationError, match="HAS NOT DONE WHAT WAS APPROVED: replace of urn"):
        gate.apply([UPDATE, REPLACE], whole(UPDATE))


@pytest.mark.parametrize(
    ("happens", "how", "why"),
    [
        (whole(UPDATE, says("409: exists"), result="failed"), "1", "failed: 409: exists"),
        ([UPDATE], "1", "ended early"),
        ([UPDATE, summary(preview=False), CANCEL], "", "the policy pack did not judge FLOWMCP-900, "),
        ([*whole(UPDATE)[:-2], summary(), CANCEL], "", "failed, with exit code 0"),
        (
            whole(UPDATE, policy(), says("update failed"), result="failed"),
            "1",
            "by the policy FLOWMCP-001: ",
        ),
    ],
)
def test_an_update_that_fails_is_no_success(gate: Gate, happens: list[Any], how: str, why: str) -> None:
    with pytest.raises((PreviewError, BlockedError)) as raised:
        gate.apply([UPDATE], happens, how)

    assert why in str(raised.value)
