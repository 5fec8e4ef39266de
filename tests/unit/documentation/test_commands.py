"""Every command in the pages and in the help of `flow-mcp` exists, with its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli
from tests.conftest import REPOSITORY
from tests.unit.cli.commands import commands as all_commands
from tests.unit.documentation.command_line import usage_error
from tests.unit.documentation.pages import Block, inline_code
from tests.unit.documentation.shell import commands, scripts, syntax_errors

SCRIPTS = scripts()
INLINE = [code for code in inline_code() if re.match(r"(flow-mcp|pulumi|make) ", code.text)]


def of_program(name: str, block: Block) -> Iterator[list[str]]:
    """The arguments of each call of a program."""
    for program, *arguments in commands(block.text):
        if PurePath(program).name == name:
            yield arguments


def examples() -> Iterator[str]:
    """The commands of the examples in the help of each command."""
    for words in [(), *all_commands()]:
        shown = CliRunner().invoke(cli, [*words, "--help"], catch_exceptions=False).output
        for line in re.sub(r"\\\n\s*", "", shown.partition("Examples:")[2]).splitlines():
            if example := re.match(r"\s+(flow-mcp .+?)(\s{2,}|$)", line):
                yield example[1]


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_block_is_a_shell_script(script: Block) -> None:
    assert list(commands(script.text)) != []
    assert syntax_errors(script.text) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_blocks_commands_of_flow_mcp_exist_with_their_options(script: Block) -> None:
    assert [error for words in of_program("flow-mcp", script) if (error := usage_error(words))] == []


def test_the_commands_in_the_text_exist_with_their_options() -> None:
    errors = {
        f"{code}: {code.text}": error
        for code in INLINE
        for words in of_program("flow-mcp", code)
        if (error := usage_error(words, shortened=True))
    }
    assert errors == {}


@pytest.mark.parametrize("example", [*examples()])
def test_an_example_in_the_help_is_a_command(example: str) -> None:
    (parsed,) = [command[1:] for command in commands(example) if command[0] == "flow-mcp"]
    assert usage_error(parsed) is None


def test_every_target_of_make_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    targets = {*re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)}
    called = {
        target for block in (*SCRIPTS, *INLINE) for words in of_program("make", block) for target in words
    }
    assert len(called) > 3
    assert called - targets == set()
