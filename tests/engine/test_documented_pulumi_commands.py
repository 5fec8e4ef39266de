"""Every command of Pulumi in the pages exists in the Pulumi that this project uses, with its flags."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.unit.documentation.test_commands import INLINE, SCRIPTS, of_program

PULUMI = REPOSITORY / ".toolchain" / "bin" / "pulumi"
CALLS = sorted({tuple(words) for block in (*SCRIPTS, *INLINE) for words in of_program("pulumi", block)})
# The description has no aliases; `pulumi stack rm --help` lists them.
ALIASES = {"init": "new", "ls": "list", "rm": "remove"}
SHORT = {"-v": "--verbose", "-s": "--stack", "-y": "--yes", "-f": "--force"}


@pytest.fixture(scope="module")
def specification() -> dict[str, Any]:
    """Pulumi's description of its commands: `commands`, `flags` and `arguments` of each."""
    printed = subprocess.run([PULUMI, "generate-cli-spec"], check=True, capture_output=True, text=True).stdout
    specification: dict[str, Any] = json.loads(printed)
    return specification


def mistake(command: dict[str, Any], words: list[str], flags: set[str]) -> str | None:
    """Return the first word that Pulumi does not know; None if it knows all.

    Args:
        command: the description of the command.
        words: those after the command.
        flags: of the commands above it.
    """
    flags = flags | {f"--{name}" for name in command.get("flags", {})}
    arguments = 0
    while words:
        word, *words = words
        if word.startswith("-"):
            name, has_value, _ = SHORT.get(word, word).partition("=")
            if name not in flags:
                return word
            kind = command.get("flags", {}).get(name.removeprefix("--"), {}).get("type")
            if kind not in {"boolean", None} and not has_value:
                words = words[1:]
        elif command["type"] == "menu" and not arguments:
            below = command["commands"].get(ALIASES.get(word, word))
            return mistake(below, words, flags) if below else word
        else:
            arguments += 1
    declared = command.get("arguments", {})
    many = bool(declared.get("variadic"))
    return None if many or arguments <= len(declared.get("arguments", [])) else f"{arguments} arguments"


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_a_command_of_pulumi_exists_with_its_flags(
    words: tuple[str, ...], specification: dict[str, Any]
) -> None:
    assert mistake(specification, [*words], set()) is None


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_an_alias_is_one_of_pulumis(alias: str, name: str) -> None:
    shown = subprocess.run(
        [PULUMI, "stack", alias, "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert f"pulumi stack {name} " in shown
