"""docs/exit-codes.md, the help of each command and the errors use the codes of `exit_codes`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import COULD_NOT_RUN, INTERRUPTED, MEANINGS, OK
from tests.conftest import REPOSITORY
from tests.unit.cli.commands import command_of, commands

PAGE = REPOSITORY / "docs" / "exit-codes.md"
LEAVES = [
    words
    for words in commands()
    if not isinstance(group := command_of(words), click.Group) or group.invoke_without_command
]


def codes(words: tuple[str, ...]) -> set[int]:
    """The exit codes that the help of a command, or else that of its group, names."""
    for length in range(len(words), 0, -1):
        _, found, listed = (command_of(words[:length]).epilog or "").partition("Exit codes: ")
        if found:
            return set(map(int, re.findall(r"(?:^|[,;] )(\d+) ", listed)))
    return set()


def table() -> str:
    """The table of the page."""
    rows = []
    for code, meaning in MEANINGS.items():
        named = [f"`{' '.join(words)}`" for words in LEAVES if code in codes(words)]
        who = "every command" if code in {OK, COULD_NOT_RUN, INTERRUPTED} else ", ".join(named)
        rows.append(f"| {code} | {meaning} | {who} |")
    return "\n".join(["| Code | Meaning | Commands |", "|---|---|---|", *rows]) + "\n"


def test_the_page_has_the_codes_with_their_meanings_and_commands() -> None:
    assert PAGE.read_text(encoding="utf-8").partition("<!-- exit codes -->\n")[2] == table()


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_a_commands_help_names_its_exit_codes(words: tuple[str, ...]) -> None:
    named = codes(words)
    assert {OK, COULD_NOT_RUN} <= named | {OK}
    assert named <= MEANINGS.keys()


def _errors(base: type[FlowMcpError]) -> Iterator[type[FlowMcpError]]:
    yield base
    for error in base.__subclasses__():
        yield from _errors(error)


def test_every_error_ends_in_a_documented_code() -> None:
    found = {error.exit_code for error in _errors(FlowMcpError)}
    assert found <= MEANINGS.keys()
    assert len(found) > 1
