"""Edits of single keys in a YAML file. All other text stays as it is, comments included."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import yaml

from flow_mcp.declaration.positions import parse
from flow_mcp.operations.export.files import line_end
from flow_mcp.operations.rotate.errors import RotateError

Pair = tuple[yaml.ScalarNode, yaml.Node]


class Mapping:
    """A mapping in a YAML text. After each edit, positions are read again from the new text.

    Args:
        text: the text of the file.
        path: the keys that lead to the mapping.
    """

    def __init__(self, text: str, path: Sequence[str]) -> None:
        self.text, self._path = text, tuple(path)

    def set(self, key: str, value: str) -> None:
        """Set a key, which is added before the others if the mapping lacks it."""
        self.remove(key)
        node = self._node()
        if node.flow_style:
            entry = f"{key}: {json.dumps(value, ensure_ascii=False)}"
            at = node.start_mark.index + 1
            self._replace(at, at, f"{entry}, " if node.value else entry)
            return
        column = node.value[0][0].start_mark.column
        at = node.value[0][0].start_mark.index - column
        self._replace(at, at, _block(key, value, " " * column, line_end(self.text)))

    def rename(self, key: str, new: str) -> None:
        """Rename a key. Its value, with any comments, stays as it is."""
        ((name, _),) = (pair for pair in self._pairs() if pair[0].value == key)
        self._replace(name.start_mark.index, name.end_mark.index, new)

    def remove(self, key: str) -> None:
        """Remove a key, if the mapping has it and another one."""
        pairs = self._pairs()
        position = next((index for index, (name, _) in enumerate(pairs) if name.value == key), None)
        if position is None:
            return
        name, value = pairs[position]
        if self._node().flow_style:
            start = pairs[position - 1][1].end_mark.index if position else name.start_mark.index
            end = value.end_mark.index
            if not position and len(pairs) > 1:
                end = pairs[1][0].start_mark.index
        else:
            start = name.start_mark.index - name.start_mark.column
            # A block scalar ends at the start of a line.
            at_start = value.end_mark.column == 0 and value.end_mark.index > value.start_mark.index
            end = value.end_mark.index if at_start else self._line_end(value.end_mark.index)
        self._replace(start, end, "")

    def _line_end(self, index: int) -> int:
        end = self.text.find("\n", index)
        return len(self.text) if end < 0 else end + 1

    def _replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]

    def _pairs(self) -> list[Pair]:
        pairs: list[Pair] = self._node().value
        return pairs

    def _node(self) -> yaml.MappingNode:
        node: Any = yaml.compose(self.text, Loader=yaml.SafeLoader)
        for key in self._path:
            node = next(value for name, value in node.value if name.value == key)
        if not isinstance(node, yaml.MappingNode):
            raise TypeError(f"{'.'.join(self._path)} is not a mapping")
        return node


def require_only(before: str, after: str, path: Sequence[str], expected: dict[str, str]) -> None:
    """Check that an edit changed one mapping as expected and nothing else.

    Args:
        before: the text before the edit.
        after: the text after the edit.
        path: the keys that lead to the mapping.
        expected: the mapping after the edit.

    Raises:
        RotateError: the text has another change.
    """
    value, edited = parse(before).value, parse(after).value
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = expected
    if value != edited:
        listed = ", ".join(f"{key}: {text.splitlines()[0]}" for key, text in expected.items())
        raise RotateError(
            f"{'.'.join(path)} cannot be edited in place. Nothing was written. Edit the file: {listed}"
        )


def _block(key: str, value: str, indent: str, newline: str) -> str:
    if "\n" not in value:
        return f"{indent}{key}: {json.dumps(value, ensure_ascii=False)}{newline}"
    lines = "".join(f"{indent}  {line}{newline}" for line in value.strip().splitlines())
    return f"{indent}{key}: |{newline}{lines}"
