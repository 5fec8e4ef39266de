"""Run the checks on a tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.engine.stacks import StackError
from flow_mcp.operations.verify.check import Check, Result
from flow_mcp.operations.verify.checks import CHECKS
from flow_mcp.operations.verify.observation import Observation, bad, skipped
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError


def run(
    target: Target, report: Callable[[str], None] = lambda _: None, checks: Iterable[Check] = CHECKS
) -> list[Result]:
    """Run checks and return their results. Errors of the server are results, never exceptions.

    Args:
        target: the tenant to verify.
        report: receives the ID and the title of the check that starts.
        checks: the checks to run.
    """
    results = []
    for check in checks:
        report(f"{check.id} {check.title}")
        results += [
            Result(check, target.server.authority, _safe(target, observation))
            for observation in _observed(check, target)
        ]
    return results


def _observed(check: Check, target: Target) -> Iterator[Observation]:
    try:
        yield from check.run(target)
    except NoAnswerError as error:
        yield bad("", str(error), "Check that the server runs and that this machine can reach it.")
    except (SkipError, StackError, AuthorizationServerError) as error:
        yield skipped("", str(error))


def _safe(target: Target, observation: Observation) -> Observation:
    subject, seen = (_printable(target.shown(text)) for text in (observation.subject, observation.seen))
    return replace(observation, subject=subject, seen=seen)


def _printable(text: str) -> str:
    """Return the text in one line, without control characters that a terminal would execute."""
    return "".join(char if char.isprintable() else "?" for char in " ".join(text.split()))
