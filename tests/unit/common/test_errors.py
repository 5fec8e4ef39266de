"""The tree of the project's exceptions in the docstring of `flow_mcp.common.errors` is complete."""

from __future__ import annotations

import re
from pathlib import Path

from flow_mcp.common import errors

COMPONENTS = Path(__file__).parents[3] / "components"
_CLASS = re.compile(r"^class ([A-Z]\w*Error)\((\w+Error)\):", re.MULTILINE)
_LINE_OF_TREE = re.compile(r"^    (?P<indentation>(?:│   |    )*)(?:[├└]── )(?P<name>\w+)", re.MULTILINE)


def test_the_tree_shows_every_exception_below_its_base_class() -> None:
    sources = (file.read_text(encoding="utf-8") for file in COMPONENTS.rglob("*.py"))
    base_classes = {name: base for source in sources for name, base in _CLASS.findall(source)}
    flow_mcp_errors = {name: base for name, base in base_classes.items() if _is_flow_mcp(name, base_classes)}

    tree, path = {}, ["FlowMcpError"]
    for line in _LINE_OF_TREE.finditer(errors.__doc__ or ""):
        depth = len(line["indentation"]) // 4
        path[depth + 1 :] = [line["name"]]
        tree[line["name"]] = path[depth]
    assert tree == flow_mcp_errors


def _is_flow_mcp(name: str, base_classes: dict[str, str]) -> bool:
    while name in base_classes:
        name = base_classes[name]
    return name == "FlowMcpError"
