"""Runs of Pulumi that are complete, and the messages for all others."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.preview.engine import Run
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.run_result import require_analyzed, require_completed, scrubbed
from tests.unit.review.preview.events import CANCEL, URN, diagnostic, in_order, policy, summary

COMMAND = "pulumi preview --stack acme"
ENGINE_STOPPED = "Resource monitor has terminated, shutting down"
PLUGIN_EXITED = """Detected that /bin/pulumi-resource-keycloak exited prematurely.
       This is *always* a bug in the provider. Please report the issue to the provider author as appropriate.
       To assist with debugging we have dumped the STDOUT and STDERR streams of the plugin:12345
"""


def run(*events: dict[str, Any], exit_code: int = 0, stderr: str = "") -> Run:
    return Run(COMMAND, exit_code, in_order(*events), stderr)


@pytest.mark.parametrize(
    "complete",
    [
        run(summary(), CANCEL),
        run(policy(level="advisory"), summary(), CANCEL),
        run(policy(), diagnostic("preview failed"), summary("failed"), CANCEL, exit_code=1),
        run(policy(), diagnostic(ENGINE_STOPPED), summary("failed"), CANCEL, exit_code=1),
        run(diagnostic(PLUGIN_EXITED), summary(), CANCEL),
        run(policy(), diagnostic(PLUGIN_EXITED), summary("failed"), CANCEL, exit_code=1),
    ],
    ids=[
        "nothing wrong",
        "advice",
        "stopped by a policy",
        "stopped while the program runs",
        "a plugin that ends too slowly",
        "stopped by a policy, with a plugin that ends too slowly",
    ],
)
def test_a_complete_run_is_accepted(complete: Run) -> None:
    require_completed(complete, preview=True)


@pytest.mark.parametrize(
    ("incomplete", "message"),
    [
        (run(), "ended early, with exit code 0: Pulumi gave no reason"),
        (run(CANCEL), "ended early"),
        (run(summary()), "ended early"),
        (run(summary(), summary(), CANCEL), "ended early"),
        (Run(COMMAND, 0, ({"sequence": 1, **summary()}, {"sequence": 3, **CANCEL}), ""), "ended early"),
        (run(summary(preview=False), CANCEL), "failed, with exit code 0"),
        (run(summary(), CANCEL, exit_code=1), "failed, with exit code 1"),
        (run(summary("failed"), CANCEL, exit_code=1), "failed, with exit code 1"),
        (run(summary("in-progress"), CANCEL), "failed, with exit code 0"),
        # A mandatory finding contradicts the result "succeeded".
        (run(policy(), summary(), CANCEL), "failed, with exit code 0"),
        (run(policy(level="odd"), summary(), CANCEL), "failed, with exit code 0"),
        (run(diagnostic("no\n  way"), summary("failed"), CANCEL, exit_code=1), "failed: no way"),
        (
            run(
                exit_code=1,
                stderr="error: getting stack configuration: get stack secrets manager: secrets "
                "(code=Unknown): Error making API request.\n\nErrors:\n\n* encryption key not found\n",
            ),
            "the key of the stack acme cannot be used: Error making API request. Errors: * encryption key "
            "not found. Check that the key that `secretsprovider` in the stack's file names exists, and that "
            "the credentials of this run permit decryption with it",
        ),
        # A bridged provider logs its error and returns it.
        (
            run(
                diagnostic("  sdk-v2/provider2.go:571: sdk.helper_schema: no way: provider=keycloak@6.14.1"),
                diagnostic("1 error occurred:\n\t* no way\n\n"),
                summary("failed"),
                CANCEL,
                exit_code=1,
            ),
            "`pulumi preview --stack acme` failed: no way",
        ),
        (
            run(diagnostic(ENGINE_STOPPED), summary("failed"), CANCEL, exit_code=1),
            "failed: Resource monitor has terminated",
        ),
        (
            run(diagnostic(PLUGIN_EXITED), summary("failed"), CANCEL, exit_code=1),
            "failed: Detected that /bin/pulumi-resource-keycloak exited prematurely",
        ),
        (run({"errorEvent": {"error": "inside"}}, summary(), CANCEL), "failed: inside"),
        (run(policy(), diagnostic("and more"), summary("failed"), CANCEL, exit_code=1), "failed: and more"),
        (
            run(
                diagnostic("RuntimeError: boom", "info#err"),
                CANCEL,
                exit_code=1,
                stderr="error: pack not started\n",
            ),
            "ended early, with exit code 1: pack not started; RuntimeError: boom",
        ),
        (
            run(exit_code=6, stderr="error: no stack named 'acme' found\n"),
            "the stack acme is not at Pulumi's backend; create it with `pulumi stack select --create acme`",
        ),
    ],
)
def test_any_other_run_is_an_error_with_the_reason(incomplete: Run, message: str) -> None:
    with pytest.raises(PreviewError) as raised:
        require_completed(incomplete, preview=True)

    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("consequence", [ENGINE_STOPPED, PLUGIN_EXITED])
def test_what_a_failure_causes_is_no_reason_for_the_failure(consequence: str) -> None:
    events = [diagnostic("EOF"), diagnostic(consequence), summary("failed"), CANCEL]

    with pytest.raises(PreviewError) as raised:
        require_completed(run(*events, exit_code=1), preview=True)

    assert str(raised.value) == "`pulumi preview --stack acme` failed: EOF"


def test_resources_that_fail_at_the_same_time_are_reported_in_the_same_order_in_each_run() -> None:
    client = [diagnostic("in short", urn=f"{URN}-client"), diagnostic("at length", urn=f"{URN}-client")]
    others = [diagnostic("no scope", urn=f"{URN}-scope"), diagnostic("no role", urn=f"{URN}-role")]
    expected = "`pulumi preview --stack acme` failed: the program failed; in short; at length (and 2 more)"
    for failures in ([*client, *others], [*reversed(others), *client]):
        events = [*failures, diagnostic("the program failed"), summary("failed"), CANCEL]
        with pytest.raises(PreviewError) as raised:
            require_completed(run(*events, exit_code=1), preview=True)
        assert str(raised.value) == expected


@pytest.mark.parametrize(
    "complete",
    [run(summary(preview=False)), run(policy(), summary("failed", preview=False), exit_code=1)],
)
def test_a_complete_analysis_is_accepted(complete: Run) -> None:
    require_analyzed(complete)


@pytest.mark.parametrize(
    "incomplete",
    [
        run(),
        run(stderr="File state.json has no resources; nothing to analyze.\n"),
        run(summary("failed", preview=False), exit_code=1, stderr="error: rule FLOWMCP-001 failed\n"),
        run(policy(), summary(preview=False)),
    ],
)
def test_an_incomplete_analysis_is_an_error(incomplete: Run) -> None:
    with pytest.raises(PreviewError):
        require_analyzed(incomplete)


def test_messages_contain_neither_secrets_of_the_environment_nor_control_characters() -> None:
    environment = {"KEYCLOAK_PASSWORD": "MARKER-1", "PULUMI_ACCESS_TOKEN": "MARKER-12", "HOME": "/home/x"}

    text = scrubbed("refused\n\x1b[31m MARKER-12, MARKER-1 at /home/x", environment)

    assert text == "refused \\x1b[31m [secret], [secret] at /home/x"
