"""Check how a run of Pulumi ended: completed, stopped by policies, or failed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import filterfalse
from operator import itemgetter

from flow_mcp.common.safe_text import plain
from flow_mcp.engine.fleet.locks import holders, is_locked
from flow_mcp.engine.pulumi_messages import readable
from flow_mcp.review.preview.engine import Event, Run
from flow_mcp.review.preview.errors import LockedError, PreviewError

_SECRET_NAME = re.compile(r"PASSW|PASSPHRASE|SECRET|TOKEN|_KEY$|ASSERTION|CREDENTIAL")
_SHORTEST_SECRET = 6
_MAXIMUM_LENGTH = 600
_MAXIMUM_REASONS = 3
_ERROR = re.compile(r"^error: ", re.MULTILINE)
# https://github.com/pulumi/pulumi-terraform-bridge: the log of an error of the Terraform SDK.
_LOGGED = re.compile(r"^sdk-v2/provider2\.go:\d+: sdk\.helper_schema: (.*): provider=\S+$")
# Pulumi's message about a lock without content: a full disk leaves an empty file behind.
_INCOMPLETE = "unexpected end of JSON input"
_NO_STACK = "no stack named"
# https://pkg.go.dev/gocloud.dev/secrets: the error of a key service.
_KEY_REFUSAL = re.compile(r"get stack secrets manager: secrets \(code=\w+\): (.*)", re.DOTALL)
# The engine's messages after policies have stopped it; the reasons are in the policies' own events.
_WITHOUT_REASON = frozenset({"preview failed", "update failed"})
# The Python SDK's error if the engine stops while the program still registers resources
# (pulumi/runtime/settings.py). The reason for the stop is in another message, or in a policy's event.
_ENGINE_STOPPED = "Resource monitor has terminated, shutting down"
# The engine's error if a plugin crashed, and then an operation failed too, or if a plugin needs more than 5
# seconds to end after a run, as on a busy machine (Pulumi's pkg/resource/plugin/plugin.go, pkg/host/host.go).
_PLUGIN_EXITED = re.compile(r"Detected that .+ exited prematurely\.")


def require_completed(run: Run, *, preview: bool) -> None:
    """Check that a preview or an update completed; one that policies stopped has completed too.

    Raises:
        PreviewError: it failed, or ended early.
    """
    _require_stack(run)
    if reasons := _reasons(run):
        raise PreviewError(f"`{run.command}` failed: {_sentence(reasons)}")
    if not run.events or "cancelEvent" not in run.events[-1]:
        raise PreviewError(_ended_early(run))
    _require_consistent(run, preview=preview)


def require_analyzed(run: Run) -> None:
    """Check that an analysis completed.

    Raises:
        PreviewError: it failed, or ended early.
    """
    _require_consistent(run, preview=False)


def require_exported(run: Run) -> None:
    """Check that a state was exported or imported.

    Raises:
        LockedError: another process holds the stack's lock.
        PreviewError: the command failed.
    """
    _require_stack(run)
    if run.exit_code:
        raise PreviewError(f"`{run.command}` failed, with exit code {run.exit_code}: {_failure(run)}")


def _require_stack(run: Run) -> None:
    if _NO_STACK in run.stderr:
        stack = run.command.rpartition(" ")[2]
        raise PreviewError(
            f"the stack {stack} is not at Pulumi's backend; create it with `pulumi stack select --create "
            f"{stack}`, commit the salt that this writes into its file, and run this command again"
        )
    if refusal := _KEY_REFUSAL.search(run.stderr):
        stack = run.command.rpartition(" ")[2]
        raise PreviewError(
            f"the key of the stack {stack} cannot be used: {scrubbed(refusal[1], os.environ).rstrip('. ')}. "
            "Check that the key that `secretsprovider` in the stack's file names exists, and that the "
            "credentials of this run permit decryption with it"
        )
    if _INCOMPLETE in run.stderr:
        stack = run.command.rpartition(" ")[2]
        raise LockedError(
            f"the stack {stack} has an incomplete lock: the backend's disk was full when Pulumi wrote it. If "
            f"no update of the stack runs, `pulumi cancel --stack {stack}` removes the lock",
            (),
        )
    if is_locked(run.stderr):
        stack = run.command.rpartition(" ")[2]
        lock_holders = holders(run.stderr)
        names = plain(", ".join(map(str, lock_holders)) or "another process")
        raise LockedError(
            f"the stack {stack} is locked by {names}. Wait until that process has ended; if it no "
            f"longer runs, `pulumi cancel --stack {stack}` removes its lock",
            lock_holders,
        )


def _require_consistent(run: Run, *, preview: bool) -> None:
    """Check that no event is missing, and that the summary agrees with the events and the exit code."""
    summaries = [event["summaryEvent"] for event in run.events if "summaryEvent" in event]
    sequence = [event.get("sequence") for event in run.events]
    if len(summaries) != 1 or sequence != list(range(len(sequence))):
        raise PreviewError(_ended_early(run))
    stopped = any(map(is_refusal, run.events))
    summary = (summaries[0].get("result"), bool(run.exit_code), bool(summaries[0].get("isPreview")))
    if summary != ("failed" if stopped else "succeeded", stopped, preview):
        raise PreviewError(f"`{run.command}` failed, with exit code {run.exit_code}: {_failure(run)}")


def _ended_early(run: Run) -> str:
    return f"`{run.command}` ended early, with exit code {run.exit_code}: {_failure(run)}"


def is_refusal(event: Event) -> bool:
    """Return whether the event is a mandatory finding, which stops the run."""
    return "policyEvent" in event and event["policyEvent"].get("enforcementLevel") != "advisory"


def scrubbed(text: str, environment: Mapping[str, str]) -> str:
    """Return the text as one line, with the secrets of environment variables masked."""
    secrets = {
        value
        for name, value in environment.items()
        if len(value) >= _SHORTEST_SECRET and _SECRET_NAME.search(name.upper())
    }
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return plain(" ".join(text.split()), _MAXIMUM_LENGTH)


def _reasons(run: Run) -> tuple[str, ...]:
    """Return the reasons for a failure, sorted by resource; none if it completed or policies stopped it."""
    by_resource = sorted(_failure_messages(run), key=itemgetter(0))
    messages = tuple(dict.fromkeys(message for _, message in by_resource))
    reasons = tuple(message for message in messages if not _is_consequence(message))
    if reasons or any(map(is_refusal, run.events)):
        return reasons
    return messages if run.exit_code else tuple(filterfalse(_PLUGIN_EXITED.match, messages))


def _is_consequence(message: str) -> bool:
    """Return whether a message reports what another failure caused; timing decides whether there is one."""
    return message.rstrip(".") == _ENGINE_STOPPED or bool(_PLUGIN_EXITED.match(message))


def _failure_messages(run: Run) -> Iterator[tuple[str, str]]:
    """Yield the engine's messages about failures, each with the URN of its resource or an empty text.

    Resources that fail at the same time are reported in an order that differs from run to run.
    """
    for event in run.events:
        if "errorEvent" in event:
            yield "", event["errorEvent"].get("error", "")
        diagnostic = event.get("diagnosticEvent", {})
        message = _without_wrapping(" ".join(diagnostic.get("message", "").split()))
        if diagnostic.get("severity") == "error" and message not in _WITHOUT_REASON:
            yield diagnostic.get("urn", ""), message


def _without_wrapping(message: str) -> str:
    """Return the error in a message of a bridged provider, which logs each error and also returns it."""
    return _LOGGED.sub(r"\1", message).removeprefix("1 error occurred: * ")


def _failure(run: Run) -> str:
    """Return Pulumi's messages if its engine did not start or could not continue."""
    # Further lines of the first message name the causes.
    errors = [message.strip() for message in _ERROR.split(run.stderr)[1:2]]
    # A policy pack or a program that cannot start writes its traceback with the severity `info#err`.
    tracebacks = [
        event["diagnosticEvent"].get("message", "").strip()
        for event in run.events
        if event.get("diagnosticEvent", {}).get("severity") == "info#err"
    ]
    return _sentence([*errors, *tracebacks[-1:]] or ["Pulumi gave no reason"])


def _sentence(reasons: Sequence[str]) -> str:
    more = f" (and {len(reasons) - _MAXIMUM_REASONS} more)" if len(reasons) > _MAXIMUM_REASONS else ""
    return scrubbed(
        "; ".join(readable(reason).rstrip(". ") for reason in reasons[:_MAXIMUM_REASONS]) + more, os.environ
    )
