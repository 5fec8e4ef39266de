"""The pages in docs/start: the files, the commands, the outputs and the request to an administrator."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from tests.conftest import REPOSITORY
from tests.unit.documentation.pages import Block, blocks
from tests.unit.documentation.shell import commands

DIRECTORY = REPOSITORY / "docs" / "start"
SERVERS = ("auth0", "entra", "external", "flow-entra", "keycloak", "scalekit")
FILE = re.compile(r"# (\S+\.yaml)\n")


def of(page: str, *languages: str) -> list[Block]:
    """The blocks of a page in the languages, in the page's order."""
    return [block for block in blocks(*languages) if block.page == DIRECTORY / f"{page}.md"]


def files(page: str) -> dict[str, str]:
    """The files that the page shows, by the path in their first line."""
    return {path[1]: block.text for block in of(page, "yaml") if (path := FILE.match(block.text))}


def write(page: str, project: Path) -> None:
    """Write the files that the page shows; of `Pulumi.yaml`, the page shows the Flow instance."""
    for path, text in files(page).items():
        file = project / path
        if path == "Pulumi.yaml":
            whole: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
            whole["config"] |= yaml.safe_load(text)["config"]
            text = yaml.safe_dump(whole)
        file.write_text(text, encoding="utf-8")


def arguments(page: str, command: str) -> list[str]:
    """The words after `flow-mcp` of the page's only call of a command."""
    (words,) = [
        words[1:]
        for block in of(page, "sh")
        for words in commands(block.text)
        if words[0].endswith("flow-mcp") and words[1] == command
    ]
    return words


def request(page: str) -> str:
    """The text that the page asks the reader to send to an administrator."""
    lines = (DIRECTORY / f"{page}.md").read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix("> ") for line in lines if line.startswith("> "))
