"""Mask the stack's secrets in messages of policies and providers.

Pulumi masks secrets in the values of its events, but not in messages: policies receive secrets in plain text,
and Pulumi passes their messages on unchanged. The secrets to mask are read from Pulumi itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flow_mcp.review.preview.engine import Engine, Event, Run
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.policies import needs_unknown_value
from flow_mcp.review.preview.values import SECRET, SECRET_MARK, SIGNATURE

_MINIMUM_LENGTH = 4  # shorter texts are part of many words, and are no secrets
# Where events contain messages of policies and providers.
_MESSAGES = (("policyEvent", "message"), ("diagnosticEvent", "message"), ("errorEvent", "error"))
_NOT_SHOWN = frozenset({"debug", "info", "warning"})


def with_masked_secrets(engine: Engine, run: Run, stack: str, *configuration: str) -> Run:
    """Return the run with the stack's secrets masked in all messages that may be shown.

    Args:
        engine: runs Pulumi to read the secrets.
        run: a run on the stack.
        stack: the stack's name.
        configuration: the run's arguments that select the configuration file.

    Raises:
        PreviewError: Pulumi did not print the secrets.
    """
    if not any(map(_has_message, run.events)):
        return run
    secrets = _secrets(engine, stack, configuration)
    return replace(run, events=tuple(_masked(event, secrets) for event in run.events))


def _has_message(event: Event) -> bool:
    hidden = event.get("diagnosticEvent", {}).get("severity") in _NOT_SHOWN or needs_unknown_value(event)
    return not hidden and any(kind in event for kind, _ in _MESSAGES)


def _masked(event: Event, secrets: tuple[str, ...]) -> Event:
    for kind, key in _MESSAGES if _has_message(event) else ():
        if kind in event:
            message = event[kind].get(key, "")
            for secret in secrets:
                message = message.replace(secret, SECRET)
            return {**event, kind: {**event[kind], key: message}}
    return event


def _secrets(engine: Engine, stack: str, configuration: tuple[str, ...]) -> tuple[str, ...]:
    """Return the stack's secrets in plain text, the longest first."""
    state = engine.json_output("stack", "export", "--show-secrets", "--stack", stack)
    configuration_values = engine.json_output(
        "config", "--show-secrets", "--json", "--stack", stack, *configuration
    )
    if state is None or configuration_values is None:
        raise PreviewError(
            f"Pulumi did not print the secrets of the stack {stack}, which must be masked in messages; "
            f"run `pulumi config --stack {stack} --show-secrets` to see the cause"
        )
    secrets = {*_in_state(state), *_in_configuration(configuration_values)}
    return tuple(
        sorted((secret for secret in secrets if len(secret) >= _MINIMUM_LENGTH), key=len, reverse=True)
    )


def _in_state(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value.get(SIGNATURE) == SECRET_MARK:
        yield from _texts(json.loads(value.get("plaintext", "null")))
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _in_state(item)


def _in_configuration(value: Mapping[str, Any]) -> Iterator[str]:
    for entry in value.values():
        if entry.get("secret"):
            yield from _texts(entry.get("objectValue", entry.get("value")))


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a secret, each also in its JSON form."""
    if isinstance(value, str):
        yield value
        yield json.dumps(value)[1:-1]
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
