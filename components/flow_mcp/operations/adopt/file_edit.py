"""Adds lines of the record `adopted` to an existing tenant's file, and keeps its comments and its form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from flow_mcp.authorization_servers.adoption import TakenOver
from flow_mcp.declaration.files import PROJECT
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.tenant_file import adopted_section
from flow_mcp.operations.export.files import line_end

_KEY = "adopted"


def with_adopted(file: Path, taken_over: Sequence[TakenOver]) -> str:
    """Return the file's content with the lines of adopted objects, which replace earlier lines of them.

    The other lines stay as they are, with their line ends.

    Raises:
        AdoptError: the file has a form in which lines cannot be added.
    """
    content = file.read_bytes().decode("utf-8")
    try:
        edited = _edited(content, taken_over)
        before, after = (yaml.safe_load(text) for text in (content, edited))
    except (yaml.YAMLError, _FormError):
        before, after, edited = None, None, ""
    if not edited or after != _expected(before, taken_over):
        section = "\n".join(adopted_section(taken_over, keep=False))
        raise AdoptError(
            f"{file} has a form in which lines cannot be added. Nothing was written. Add these lines to "
            f"{PROJECT}:tenant by hand:\n{section}"
        )
    return edited


class _FormError(Exception):
    """The tenant is not a block mapping."""


def _edited(content: str, taken_over: Sequence[TakenOver]) -> str:
    lines = content.splitlines(keepends=True)
    newline = line_end(content)
    tenant = _value(_value(yaml.compose(content, Loader=yaml.SafeLoader), "config"), f"{PROJECT}:tenant")
    indent = tenant.start_mark.column
    section = adopted_section(taken_over, keep=False, indent=indent)
    keys = {_text(key): (key, value) for key, value in tenant.value}
    if _KEY not in keys:
        end = _end(lines, tenant)
        return _joined(lines[:end], section, lines[end:], newline)
    adopted = keys[_KEY][1]
    if not isinstance(adopted, yaml.MappingNode) or adopted.flow_style or not adopted.value:
        raise _FormError
    section = adopted_section(taken_over, keep=False, indent=adopted.start_mark.column - 2)[1:]
    replaced = {item.resource for item in taken_over}
    end = _end(lines, adopted)
    starts = [key.start_mark.line for key, _ in adopted.value]
    removed: set[int] = set()
    for index, (key, value) in enumerate(adopted.value):
        if _text(key) in replaced:
            following = starts[index + 1] if index + 1 < len(starts) else end
            removed |= {*range(key.start_mark.line, min(following, _end(lines, value)))}
    kept = [line for number, line in enumerate(lines[:end]) if number not in removed]
    return _joined(kept, section, lines[end:], newline)


def _value(node: yaml.Node | None, key: str) -> yaml.MappingNode:
    if not isinstance(node, yaml.MappingNode):
        raise _FormError
    value = next((value for name, value in node.value if _text(name) == key), None)
    if not isinstance(value, yaml.MappingNode) or value.flow_style or not value.value:
        raise _FormError
    return value


def _text(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _end(lines: Sequence[str], node: yaml.Node) -> int:
    """Return the number of the first line after a node, without the comments and empty lines after it."""
    end = node.end_mark.line + (1 if node.end_mark.column and not _is_before(lines, node) else 0)
    while end > node.start_mark.line + 1 and _is_comment(lines[end - 1]):
        end -= 1
    return end


def _is_before(lines: Sequence[str], node: yaml.Node) -> bool:
    """Return whether a node ends before the text of the line in which its end is."""
    if node.end_mark.line >= len(lines):
        return True
    return not lines[node.end_mark.line][: node.end_mark.column].strip()


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _joined(before: Sequence[str], added: Sequence[str], after: Sequence[str], newline: str) -> str:
    """Return lines with others between them. The last line of a file can lack its line end."""
    complete = [f"{line}{newline}" if line.splitlines() == [line] else line for line in before]
    return "".join((*complete, *(f"{line}{newline}" for line in added), *after))


def _expected(before: Any, taken_over: Sequence[TakenOver]) -> Any:
    if not isinstance(before, dict):
        return None
    config = before["config"]
    tenant = config[f"{PROJECT}:tenant"]
    adopted = {**(tenant.get(_KEY) or {}), **{item.resource: {"id": item.id} for item in taken_over}}
    return {**before, "config": {**config, f"{PROJECT}:tenant": {**tenant, _KEY: adopted}}}
