"""Imports in the documentation's examples exist."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "runtime.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)


def imported(example: str) -> list[tuple[str, str]]:
    return [
        (node.module or "", name.name)
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    ]


@pytest.mark.parametrize("example", EXAMPLES)
def test_imports_of_the_examples_exist(example: str) -> None:
    names = imported(example)
    assert names
    for module, name in names:
        assert hasattr(importlib.import_module(module), name)
