"""Writes a proposal as a tenant's file, with comments on what the declaration does not express."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from flow_mcp.authorization_servers.adoption import Difference, Left, TakenOver
from flow_mcp.common.safe_text import plain
from flow_mcp.operations.adopt.proposal import Proposal

_WIDTH = 110
_MAX_LENGTH = 1_000
_MAX_VALUE = 80


def tenant_file(proposal: Proposal, schema: str) -> str:
    """Return the content of the tenant's file.

    Args:
        proposal: the proposal.
        schema: the path of the schema, relative to the file.
    """
    tenant = proposal.tenant
    lines = [
        f"# yaml-language-server: $schema={schema}",
        "config:",
        "  flow-mcp:tenant:",
        *_values({key: tenant[key] for key in ("id", "workspaces")}, 4),
        *_comments(proposal.reading.remarks, 4),
        *_values({"authorizationServer": tenant["authorizationServer"]}, 4),
    ]
    for section in ("clients", "manualRegistrations"):
        clients = [client for client in proposal.reading.clients if client.section == section]
        lines += [f"    {section}:"] if clients else []
        for client in clients:
            lines += _comments((client.why, *client.remarks), 6)
            lines += _values({client.name: client.declared}, 6)
    lines += adopted_section((*proposal.imports.taken_over, *proposal.imports.left))
    return "\n".join(lines) + "\n"


def adopted_section(objects: Iterable[TakenOver | Left], *, keep: bool = True, indent: int = 4) -> list[str]:
    """Return the lines of the key `adopted` in a tenant.

    Args:
        objects: the imported objects and those that are left.
        keep: whether the imported objects keep the properties that differ.
        indent: the number of spaces before the key.
    """
    within = indent + 2
    lines: list[str] = []
    for item in sorted(objects, key=lambda item: item.resource):
        if isinstance(item, Left):
            lines += _comments((item.effect,), within)
            lines += [f"{' ' * within}{_scalar(item.resource)}: {{leave: true}}"]
            continue
        lines += _comments(map(difference_text, item.differences), within)
        kept = [difference.property for difference in item.differences] if keep else []
        entry = {"id": item.id, **({"keep": kept} if kept else {})}
        lines += _values({item.resource: entry}, within)
    return [f"{' ' * indent}adopted:", *lines] if lines else []


def difference_text(difference: Difference) -> str:
    """Return a difference as one sentence. It may contain unsafe text of the server."""
    server = "not set" if _is_unset(difference.server) else _shown(difference.server)
    stack = "remove it" if _is_unset(difference.stack) else f"set {_shown(difference.stack)}"
    # A text can end with a full stop of its own.
    return f"{difference.property} is {server}; the stack would {stack.rstrip('.')}."


def _is_unset(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _shown(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=2**20).strip()
    return plain(text.removesuffix("...").strip(), _MAX_VALUE)


def _scalar(value: str) -> str:
    text = yaml.safe_dump(value, default_style=None, allow_unicode=True, width=2**20)
    return text.removesuffix("\n").removesuffix("...").strip()


def _values(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    text = yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH - indent)
    yield from (f"{' ' * indent}{line}" for line in text.splitlines())


def _comments(sentences: Iterable[str], indent: int) -> Iterator[str]:
    for sentence in sentences:
        text = plain(sentence, _MAX_LENGTH)
        yield from (f"{' ' * indent}# {line}" for line in _wrapped(text, _WIDTH - indent - 2))


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


class _Dumper(yaml.SafeDumper):
    """Writes lists in one line and indents all levels, as in the samples."""


def _list(dumper: yaml.SafeDumper, value: list[Any]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    # A certificate is one text of several lines.
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)
