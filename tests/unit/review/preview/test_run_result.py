"""Which runs of Pulumi can be relied on; every other one ends in a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.preview.engine import Run
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.run_result import analyzed, ended, scrubbed
from tests.unit.review.preview.events import CANCEL, in_order, policy, says, summary

COMMAND = "pulumi preview --stack acme"


def run(*events: dict[str, Any], exit_code: int = 0, said: str = "") -> Run:
    return Run(COMMAND, exit_code, in_order(*events), said)


@pytest.mark.parametrize(
    "whole",
    [
        run(summary(), CANCEL),
        run(policy(level="advisory"), summary(), CANCEL),
        run(policy(), says("preview failed"), summary("failed"), CANCEL, exit_code=1),
    ],
    ids=["nothing wrong", "advice", "refused by a policy"],
)
def test_a_run_that_got_to_its_end_is_relied_on(whole: Run) -> None:
    ended(whole, preview=True)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (run(), "ended early, with exit code 0: Pulumi said nothing more"),
        (run(CANCEL), "ended early"),
        (run(summary()), "ended early"),
        (run(summary(), summary(), CANCEL), "ended early"),
        (Run(COMMAND, 0, ({"sequence": 1, **summary()}, {"sequence": 3, **CANCEL}), ""), "ended early"),
        (run(summary(preview=False), CANCEL), "failed, with exit code 0"),
        (run(summary(), CANCEL, exit_code=1), "failed, with exit code 1"),
        (run(summary("failed"), CANCEL, exit_code=1), "failed, with exit code 1"),
        (run(summary("in-progress"), CANCEL), "failed, with exit code 0"),
        # A policy refuses, and the engine calls it a success.
        (run(policy(), summary(), CANCEL), "failed, with exit code 0"),
        (run(policy(level="odd"), summary(), CANCEL), "failed, with exit code 0"),
        (run(says("no\n  way"), summary("failed"), CANCEL, exit_code=1), "failed: no way"),
        (run({"errorEvent": {"error": "inside"}}, summary(), CANCEL), "failed: inside"),
        (run(policy(), says("and more"), summary("failed"), CANCEL, exit_code=1), "failed: and more"),
        (
            run(
                says("RuntimeError: boom", "info#err"), CANCEL, exit_code=1, said="error: pack not started\n"
            ),
            "ended early, with exit code 1: pack not started; RuntimeError: boom",
        ),
        (
            run(exit_code=6, said="error: no stack named 'acme' found\n"),
            "the stack acme is not at Pulumi's backend; make it with `pulumi stack select --create acme`",
        ),
    ],
)
def test_any_other_run_says_why_not(broken: Run, why: str) -> None:
    with pytest.raises(PreviewError) as raised:
        ended(broken, preview=True)

    assert why in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "whole",
    [run(summary(preview=False)), run(policy(), summary("failed", preview=False), exit_code=1)],
)
def test_an_analysis_that_got_to_its_end_is_relied_on(whole: Run) -> None:
    analyzed(whole)


@pytest.mark.parametrize(
    "broken",
    [
        run(),
        run(said="File state.json has no resources; nothing to analyze.\n"),
        run(summary("failed", preview=False), exit_code=1, said="error: rule FLOWMCP-001 failed\n"),
        run(policy(), summary(preview=False)),
    ],
)
def test_an_analysis_without_an_end_is_none(broken: Run) -> None:
    with pytest.raises(PreviewError):
        analyzed(broken)


def test_what_is_said_holds_no_secret_of_the_environment_and_nothing_that_a_terminal_obeys() -> None:
    environment = {"KEYCLOAK_PASSWORD": "MARKER-1", "PULUMI_ACCESS_TOKEN": "MARKER-12", "HOME": "/home/x"}

    said = scrubbed("refused\n\x1b[31m MARKER-12, MARKER-1 at /home/x", environment)

    assert said == "refused \\x1b[31m [secret], [secret] at /home/x"
