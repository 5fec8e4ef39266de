"""How a run of Pulumi ended: as it should, stopped by policies, or with something else that is wrong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from flow_mcp.common.safe_text import plain
from flow_mcp.engine.fleet.locks import holders, locked
from flow_mcp.review.preview.engine import Event, Run
from flow_mcp.review.preview.errors import LockedError, PreviewError

_SECRET_NAME = re.compile(r"PASSW|PASSPHRASE|SECRET|TOKEN|_KEY$|ASSERTION|CREDENTIAL")
_SHORTEST_SECRET = 6
_LONGEST = 600
_SAID = 3
_NO_STACK = "no stack named"
# What the engine says after policies have stopped it; the policies themselves said why.
_NO_REASON = frozenset({"preview failed", "update failed"})


def ended(run: Run, *, preview: bool) -> None:
    """Make sure that a preview or an update got to its end, be it that policies refuse something.

    Raises:
        PreviewError: it did not get to its end, or ended for another reason.
    """
    _reached(run)
    reasons = tuple(dict.fromkeys(_reasons(run)))
    if reasons:
        raise PreviewError(f"`{run.command}` failed: {_sentence(reasons)}")
    if not run.events or "cancelEvent" not in run.events[-1]:
        raise PreviewError(_early(run))
    _concluded(run, preview=preview)


def analyzed(run: Run) -> None:
    """Make sure that an analysis of something got to its end.

    Raises:
        PreviewError: it did not.
    """
    _concluded(run, preview=False)


def exported(run: Run) -> None:
    """Make sure that a state was exported.

    Raises:
        PreviewError: it was not.
    """
    _reached(run)
    if run.exit_code:
        raise PreviewError(f"`{run.command}` failed, with exit code {run.exit_code}: {_said(run)}")


def _reached(run: Run) -> None:
    if _NO_STACK in run.said:
        stack = run.command.rpartition(" ")[2]
        raise PreviewError(
            f"the stack {stack} is not at Pulumi's backend; make it with `pulumi stack select --create "
            f"{stack}`, commit the salt that this writes into its file, and run this again"
        )
    if locked(run.said):
        stack = run.command.rpartition(" ")[2]
        by = holders(run.said)
        who = plain(", ".join(map(str, by)) or "another process")
        raise LockedError(
            f"the stack {stack} is locked by {who}. Wait until that has ended; if the process does not run "
            f"any more, `pulumi cancel --stack {stack}` removes its lock",
            by,
        )


def _concluded(run: Run, *, preview: bool) -> None:
    """The engine told everything, and its summary is what it told."""
    summaries = [event["summaryEvent"] for event in run.events if "summaryEvent" in event]
    sequence = [event.get("sequence") for event in run.events]
    if len(summaries) != 1 or sequence != list(range(len(sequence))):
        raise PreviewError(_early(run))
    refused = any(map(is_refusal, run.events))
    summary = (summaries[0].get("result"), bool(run.exit_code), bool(summaries[0].get("isPreview")))
    if summary != ("failed" if refused else "succeeded", refused, preview):
        raise PreviewError(f"`{run.command}` failed, with exit code {run.exit_code}: {_said(run)}")


def _early(run: Run) -> str:
    return f"`{run.command}` ended early, with exit code {run.exit_code}: {_said(run)}"


def is_refusal(event: Event) -> bool:
    """Whether a policy stops the run."""
    return "policyEvent" in event and event["policyEvent"].get("enforcementLevel") != "advisory"


def scrubbed(text: str, environment: Mapping[str, str]) -> str:
    """The text in one line, without any secret of the environment."""
    secrets = {
        value
        for name, value in environment.items()
        if len(value) >= _SHORTEST_SECRET and _SECRET_NAME.search(name.upper())
    }
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return plain(" ".join(text.split()), _LONGEST)


def _reasons(run: Run) -> Iterator[str]:
    """What the engine says went wrong."""
    for event in run.events:
        if "errorEvent" in event:
            yield event["errorEvent"].get("error", "")
        diagnostic = event.get("diagnosticEvent", {})
        said = " ".join(diagnostic.get("message", "").split())
        if diagnostic.get("severity") == "error" and said not in _NO_REASON:
            yield said


def _said(run: Run) -> str:
    """What Pulumi said where its engine was not started, or could not go on."""
    lines = [line.removeprefix("error: ") for line in run.said.splitlines() if line.startswith("error: ")]
    # A policy pack that cannot start, or a program, writes its traceback as information.
    raised = [
        event["diagnosticEvent"].get("message", "").strip()
        for event in run.events
        if event.get("diagnosticEvent", {}).get("severity") == "info#err"
    ]
    return _sentence([*lines[:1], *raised[-1:]] or ["Pulumi said nothing more"])


def _sentence(reasons: Sequence[str]) -> str:
    more = f" (and {len(reasons) - _SAID} more)" if len(reasons) > _SAID else ""
    return scrubbed("; ".join(reason.rstrip(". ") for reason in reasons[:_SAID]) + more, os.environ)
