"""Fill the placeholders of a step, and write it as text."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flow_mcp.common.safe_text import plain
from flow_mcp.declaration.applications.steps import PLACEHOLDER, Step
from flow_mcp.operations.connect.connection import Connection, Reached

_LONGEST = 4096
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_MISSING = object()
"""The result of filling a part whose placeholders have no value."""

SECRET = "<client secret: pulumi stack output clientSecrets --show-secrets>"  # noqa: S105 not a secret
"""Text in place of the client secret."""

Values = Mapping[str, str | list[str] | None]


def text(step: Step, connection: Connection) -> str:
    """Return the text of a step for all protected resources of a connection."""
    values = [_values(connection, resource) for resource in connection.resources]
    if step.json_document is not None:
        return json.dumps(_merged(step.json_document, values), indent=2, ensure_ascii=False)
    if step.toml_document is not None:
        return "\n\n".join(_tables(_merged(step.toml_document, values), ()))
    if step.command is not None:
        return "\n".join(shlex.join(_words(step.command, resource_values)) for resource_values in values)
    return "\n\n".join("\n".join(_boxes(step, resource_values)) for resource_values in values)


def _values(connection: Connection, resource: Reached) -> Values:
    values = {
        "authority": resource.authority,
        "authorizationUrl": resource.authorization_url,
        "callbackPort": connection.callback_port,
        "clientId": connection.client_id,
        "clientSecret": SECRET if connection.client_type == "confidential" else None,
        "name": resource.name,
        "scopes": " ".join(resource.scopes),
        "serverUrl": resource.server_url,
        "tokenUrl": resource.token_url,
    }
    # Values from a stack's outputs could contain invisible characters.
    harmless = {name: plain(value, _LONGEST) if value else None for name, value in values.items()}
    return {**harmless, "scopeList": [plain(scope, _LONGEST) for scope in resource.scopes]}


def _merged(document: dict[str, Any], values: Sequence[Values]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for resource_values in values:
        filled = _filled(document, resource_values)
        if isinstance(filled, dict):
            _merge(merged, filled)
    return merged


def _merge(into: dict[str, Any], other: dict[str, Any]) -> None:
    for key, part in other.items():
        if isinstance(part, dict) and isinstance(into.get(key), dict):
            _merge(into[key], part)
        else:
            into[key] = part


def _filled(value: Any, values: Values) -> Any:
    """Return a value with its placeholders filled; `_MISSING` if one has no value."""
    if isinstance(value, str):
        placeholder = PLACEHOLDER.fullmatch(value)
        used = PLACEHOLDER.findall(value)
        if any(values[name] is None for name in used):
            return _MISSING
        if placeholder:
            return values[placeholder[1]]
        return PLACEHOLDER.sub(lambda match: str(values[match[1]]), value)
    if isinstance(value, dict):
        pairs = {_filled(key, values): _filled(part, values) for key, part in value.items()}
        complete = {key: part for key, part in pairs.items() if _MISSING not in (key, part)}
        return complete if complete or not value else _MISSING
    if isinstance(value, list | tuple):
        parts = [part for item in value if (part := _filled(item, values)) is not _MISSING]
        return parts if parts or not value else _MISSING
    return value


def _words(command: Sequence[str | tuple[str, ...]], values: Values) -> Iterator[str]:
    for word in command:
        group = (word,) if isinstance(word, str) else word
        filled = [_filled(item, values) for item in group]
        if _MISSING not in filled:
            yield from filled


def _boxes(step: Step, values: Values) -> Iterator[str]:
    boxes = [(box.label, _filled(box.value, values)) for box in step.dialog or ()]
    filled = [(label, value) for label, value in boxes if value is not _MISSING]
    width = max((len(label) for label, _ in filled), default=0)
    for label, value in filled:
        yield f"{label + ':':<{width + 1}} {value}"


def _tables(document: dict[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Yield TOML tables. JSON strings and lists of strings are valid TOML values."""
    lines = [
        f"{_key(key)} = {json.dumps(part, ensure_ascii=False)}"
        for key, part in document.items()
        if not isinstance(part, dict)
    ]
    if lines:
        yield "\n".join([f"[{'.'.join(map(_key, path))}]", *lines] if path else lines)
    for key, part in document.items():
        if isinstance(part, dict):
            yield from _tables(part, (*path, key))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)
