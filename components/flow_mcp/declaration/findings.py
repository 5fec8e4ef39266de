"""Findings: problems of a declaration with their place and their remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flow_mcp.common.errors import FlowMcpError

Path = tuple[str | int, ...]
"""Keys and indexes from the file's root."""

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_:-]+")
_LONGEST_KEY = 64


class RefusedError(ValueError):
    """A value is not valid for its type; has the reason as its message, and a remedy.

    Neither of them repeats the value, which may be a misplaced secret.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class Finding:
    """One problem of a declaration; `path` is relative to the tenant."""

    path: Path
    message: str
    remedy: str
    severity: Literal["error", "warning", "info"] = "error"


@dataclass(frozen=True)
class Problem:
    """A finding with its file and line. `line` starts at 1; it is 0 if there is no file."""

    file: str
    line: int
    path: str
    message: str
    remedy: str
    severity: Literal["error", "warning", "info"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.severity}: {self.path}: {self.message}. {self.remedy}"


class DeclarationError(FlowMcpError):
    """A tenant's declaration is invalid.

    Attributes:
        problems: all of its problems, including warnings, in the order of the file.
    """

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def dotted(path: Path) -> str:
    """Return a path in dotted form, such as `clients.desktop.redirectUris[0]`.

    A key with unusual characters is written as JSON, so that it can neither look like another path nor
    control the reader's terminal.
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{_key(part)}" if text else _key(part)
    return text


def _key(key: str) -> str:
    shown = key if len(key) <= _LONGEST_KEY else f"{key[:_LONGEST_KEY]}..."
    return shown if _PLAIN_KEY.fullmatch(shown) else json.dumps(shown)
