"""The project's Markdown pages: their code blocks and the commands in their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import REPOSITORY

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "benchmarks/*.md")
    for page in REPOSITORY.glob(pattern)
    if "node_modules" not in page.parts
)

_CODE = ("fence", "code_block")


@dataclass(frozen=True)
class Block:
    """A code block, or code within a line of text.

    Attributes:
        page: the Markdown file.
        line: of the block's first line, from 1.
        language: the word after the fence, or `indented` for a block without a fence.
        text: the code.
    """

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(REPOSITORY)}:{self.line}"


@dataclass(frozen=True)
class Section:
    """A heading of the second level, and the code blocks below it."""

    title: str
    blocks: tuple[Block, ...]


def sections(page: Path) -> list[Section]:
    """The sections of a page, in its order."""
    parts: list[tuple[str, list[Block]]] = []
    for token, following in pairwise([*_tokens(page), Token("", "", 0)]):
        if (token.type, token.tag) == ("heading_open", "h2"):
            parts.append((following.content, []))
        elif token.type in _CODE and parts:
            parts[-1][1].append(_block(page, token))
    return [Section(title, tuple(code)) for title, code in parts]


def blocks(*languages: str) -> list[Block]:
    """The code blocks of all pages in one of the languages; without languages, all blocks."""
    return [
        block
        for page in PAGES
        for token in _tokens(page)
        if token.type in _CODE and ((block := _block(page, token)).language in languages or not languages)
    ]


def inline_code() -> Iterator[Block]:
    """The code within lines of text."""
    for page in PAGES:
        for token in _tokens(page):
            line = token.map[0] + 1 if token.map else 0
            for child in token.children or ():
                if child.type == "code_inline":
                    yield Block(page, line, "inline", child.content)


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def _block(page: Path, token: Token) -> Block:
    assert token.map
    language = token.info.partition(" ")[0] if token.type == "fence" else "indented"
    return Block(page, token.map[0] + 1, language, token.content)
