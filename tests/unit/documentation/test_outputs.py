"""The outputs in the pages have the texts of the code, and the listed directories exist."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.conftest import REPOSITORY
from tests.unit.documentation.pages import Block, blocks

# Drawings and an algorithm; a test generates docs/commands.md.
OTHERS = {f"docs/{page}.md" for page in ("architecture", "commands", "pipelines/README", "test-vectors")}
DIRECTORIES = "stacks/  "
OUTPUTS = [
    block
    for block in blocks("text")
    if not block.text.startswith(DIRECTORIES) and str(block).partition(":")[0] not in OTHERS
]


@cache
def phrases() -> frozenset[str]:
    """The texts of two words or more in the package's code."""
    constants = (
        node.value
        for file in (REPOSITORY / "components" / "flow_mcp").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    lines = (line.strip() for text in constants for line in text.splitlines())
    return frozenset(line for line in lines if len(line.split()) >= 2 and len(line) >= 10)


def words(line: str) -> int:
    """The number of words in a line, without those of addresses."""
    return len(re.findall(r"[A-Za-z]{2,}", re.sub(r"\S+://\S+", "", line)))


@pytest.mark.parametrize("block", OUTPUTS, ids=str)
def test_a_long_line_of_an_output_has_a_text_of_the_code(block: Block) -> None:
    long_lines = [line for line in block.text.splitlines() if words(line) >= 10]
    assert [line for line in long_lines if not any(phrase in line for phrase in phrases())] == []


def test_the_readme_lists_the_directories_of_the_repository() -> None:
    (listed,) = (block for block in blocks("text") if block.text.startswith(DIRECTORIES))
    names = re.findall(r"^(\w+)/ ", listed.text, re.MULTILINE)
    assert len(names) > 5
    assert [name for name in names if not (REPOSITORY / name).is_dir()] == []
