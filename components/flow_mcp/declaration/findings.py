"""What is wrong with a declaration, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flow_mcp.errors import FlowMcpError

Path = tuple[str | int, ...]
"""Keys and indexes from the file's root."""


@dataclass(frozen=True)
class Finding:
    """One problem of a declaration, by its path below the tenant."""

    path: Path
    message: str
    remedy: str
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True)
class Problem:
    """A finding at its place in a file. `line` counts from 1; 0 where there is no file to point into."""

    file: str
    line: int
    path: str
    message: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.severity}: {self.path}: {self.message}. {self.remedy}"


class DeclarationError(FlowMcpError):
    """A tenant's declaration cannot be used.

    Attributes:
        problems: all problems of it, warnings included, in the order of the file.
    """

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """A path as people write it: `clients.desktop.redirectUris[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
