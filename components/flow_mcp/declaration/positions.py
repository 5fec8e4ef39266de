"""YAML with positions: plain values, and the line of every key and item.

PyYAML's compose step keeps the marks of each node; its C parser is used where it is built in, because a
pipeline checks a thousand files. Pulumi reads the same files with Go's yaml.v3, so what the two would read
differently (duplicate keys, merge keys, anchors) is refused instead of guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from flow_mcp.declaration.findings import Finding, Path

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Scalars(yaml.SafeLoader):
    """Builds scalars; a date stays the text that was written, as it is a text for everything that follows."""


def _as_written(_: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    text: str = node.value
    return text


_Scalars.add_constructor("tag:yaml.org,2002:timestamp", _as_written)


@dataclass(frozen=True)
class Positioned:
    """A YAML document's value, its lines by path (from 1), and what was wrong in its syntax."""

    value: Any
    lines: dict[Path, int]
    findings: tuple[Finding, ...]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest part of it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Positioned:
    """Read one YAML document.

    Raises:
        yaml.YAMLError: the text is not YAML; the error knows its line.
    """
    lines: dict[Path, int] = {(): 1}
    findings: list[Finding] = []
    node = yaml.compose(text, Loader=_Loader)
    value = None if node is None else _value(node, (), lines, findings, set())
    return Positioned(value, lines, tuple(findings))


def _value(
    node: yaml.Node, path: Path, lines: dict[Path, int], findings: list[Finding], seen: set[int]
) -> Any:
    if id(node) in seen:
        findings.append(
            Finding(path, "uses a YAML alias", "Write the value out: each tenant must be readable alone.")
        )
        return None
    seen.add(id(node))
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, findings, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), lines, findings, seen) for index, item in enumerate(node.value)]
    try:
        return _Scalars("").construct_object(node)
    except (yaml.YAMLError, ValueError):
        findings.append(
            Finding(path, f"has a value that YAML cannot read as {node.tag}", "Put it in quotes.")
        )
        return None


def _mapping(
    node: yaml.MappingNode, path: Path, lines: dict[Path, int], findings: list[Finding], seen: set[int]
) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            findings.append(Finding(path, "has a key that is not a text", "Use plain keys."))
            continue
        key: str = key_node.value
        here = (*path, key)
        if key_node.tag != "tag:yaml.org,2002:str":
            lines.setdefault(here, line)
            findings.append(
                Finding(
                    here,
                    f"the key {key} is not a text to YAML, which may read it as another number",
                    f'Put it in quotes: "{key}".',
                )
            )
        if key in mapping:
            lines[here] = line
            findings.append(
                Finding(here, "is given twice", "Keep one of them: YAML would silently drop the other.")
            )
            continue
        lines[here] = line
        mapping[key] = _value(value_node, here, lines, findings, seen)
    return mapping
