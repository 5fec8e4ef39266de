"""What policies and providers say, without the stack's secrets.

Pulumi masks secrets in the values that it reports, not in words: a policy is shown secrets in plain text,
and what it says is passed on as it is. Nobody but Pulumi knows the secrets, so it is asked for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flow_mcp.review.preview.engine import Engine, Event, Run
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.values import SECRET, SECRET_MARK, SIGNATURE

_SHORTEST = 4  # shorter ones are in half of all words, and are no secrets
# Where words of others stand in an event.
_WORDS = (("policyEvent", "message"), ("diagnosticEvent", "message"), ("errorEvent", "error"))
_SILENT = frozenset({"debug", "info", "warning"})


def masked(engine: Engine, run: Run, stack: str, *configuration: str) -> Run:
    """The run with masks for the stack's secrets in all words that may be shown.

    Args:
        engine: asks Pulumi for them.
        run: of that stack.
        stack: its name.
        configuration: the run's arguments that say where the stack's configuration is.

    Raises:
        PreviewError: Pulumi does not tell the secrets.
    """
    if not any(map(_speaks, run.events)):
        return run
    secrets = _secrets(engine, stack, configuration)
    return replace(run, events=tuple(_masked(event, secrets) for event in run.events))


def _speaks(event: Event) -> bool:
    silent = event.get("diagnosticEvent", {}).get("severity") in _SILENT
    return not silent and any(kind in event for kind, _ in _WORDS)


def _masked(event: Event, secrets: tuple[str, ...]) -> Event:
    for kind, key in _WORDS if _speaks(event) else ():
        if kind in event:
            words = event[kind].get(key, "")
            for secret in secrets:
                words = words.replace(secret, SECRET)
            return {**event, kind: {**event[kind], key: words}}
    return event


def _secrets(engine: Engine, stack: str, configuration: tuple[str, ...]) -> tuple[str, ...]:
    """The stack's secrets in plain text, the longest first."""
    state = engine.told("stack", "export", "--show-secrets", "--stack", stack)
    configured = engine.told("config", "--show-secrets", "--json", "--stack", stack, *configuration)
    if state is None or configured is None:
        raise PreviewError(
            f"Pulumi does not tell the secrets of the stack {stack}, and what policies say could repeat one; "
            f"try `pulumi config --stack {stack} --show-secrets`"
        )
    found = {*_in_state(state), *_in_configuration(configured)}
    return tuple(sorted((each for each in found if len(each) >= _SHORTEST), key=len, reverse=True))


def _in_state(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value.get(SIGNATURE) == SECRET_MARK:
        yield from _texts(json.loads(value.get("plaintext", "null")))
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _in_state(each)


def _in_configuration(value: Mapping[str, Any]) -> Iterator[str]:
    for entry in value.values():
        if entry.get("secret"):
            yield from _texts(entry.get("objectValue", entry.get("value")))


def _texts(value: Any) -> Iterator[str]:
    """All texts in a secret, and it as it stands in JSON."""
    if isinstance(value, str):
        yield value
        yield json.dumps(value)[1:-1]
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
