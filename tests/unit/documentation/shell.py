"""The commands of a shell script, by the Bash grammar of tree-sitter."""

from __future__ import annotations

from collections.abc import Iterator

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from tests.unit.documentation.pages import Block, blocks

_PARSER = Parser(Language(tree_sitter_bash.language()))
_LANGUAGES = ("sh", "console", "indented")


def scripts() -> list[Block]:
    """The blocks with commands; of a block `console`, the lines after the prompt `$`, without the output."""
    return [
        block if block.language != "console" else Block(block.page, block.line, "sh", _entered(block.text))
        for block in blocks(*_LANGUAGES)
    ]


def syntax_errors(script: str) -> list[str]:
    """The lines that Bash cannot parse, those of indented parts included."""
    lines = script.splitlines()
    return [lines[node.start_point.row] for node in _nodes(_root(script)) if node.is_error or node.is_missing]


def commands(script: str) -> Iterator[list[str]]:
    """The words of each command of a script, also of those in pipes and substitutions."""
    for node in _nodes(_root(script)):
        if node.type == "command":
            yield [
                _word(child)
                for child in node.named_children
                if child.type not in {"variable_assignment", "herestring_redirect", "file_redirect"}
            ]


def _entered(text: str) -> str:
    return "".join(f"{line[2:]}\n" for line in text.splitlines() if line.startswith("$ "))


def _root(script: str) -> Node:
    return _PARSER.parse(script.encode()).root_node


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _word(node: Node) -> str:
    text = (node.text or b"").decode()
    return text[1:-1] if node.type in {"raw_string", "string"} else text
