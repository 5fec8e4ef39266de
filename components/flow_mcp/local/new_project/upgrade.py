"""What another version of the package changes in a project that `flow-mcp new` created."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import flow_mcp
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.toolchain.programs import parse
from flow_mcp.local.new_project.create import PLUGIN, PROJECT, maintained_files

_REQUIREMENTS = "requirements.txt"
_PIN = re.compile(r"^(flow-mcp\[deploy\]==)([0-9][0-9A-Za-z.]*)", re.MULTILINE)
_PLUGIN = re.compile(
    r"(^runtime:\n  name: python\n.*^    - name: flow-mcp\n      path: )\.venv/bin$", re.MULTILINE | re.DOTALL
)
"""The plugin in `Pulumi.yaml` as earlier versions wrote it. Runs over many tenants cannot fork it."""
_SECTION = re.compile(r"^## ([0-9]+\.[0-9]+\.[0-9]+)\b.*\n", re.MULTILINE)


class UpgradeError(FlowMcpError):
    """The project does not name the version that it uses."""

    exit_code = 2


@dataclass(frozen=True)
class FileChange:
    """A file that the version writes differently.

    Attributes:
        path: the path below the project's directory.
        before: the text in the project; empty if there is no such file.
        after: the version's text.
    """

    path: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True),
            self.after.splitlines(keepends=True),
            self.path,
            self.path,
        )
        return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Upgrade:
    """The difference between a project and this version of the package.

    Attributes:
        pinned: the version that `requirements.txt` names.
        version: the version of this package.
        news: the changelog's sections of the versions after `pinned`, newest first.
        files: the files that would change.
    """

    pinned: str
    version: str
    news: str
    files: tuple[FileChange, ...]


def compare(project: Path) -> Upgrade:
    """Compare a project's files with those that this version of the package writes; change nothing.

    Args:
        project: the project's directory.

    Raises:
        UpgradeError: `requirements.txt` does not pin the package, or pins a newer version.
    """
    own = version("flow-mcp")
    file = project / _REQUIREMENTS
    requirements = file.read_text(encoding="utf-8") if file.is_file() else ""
    pin = _PIN.search(requirements)
    if not pin:
        raise UpgradeError(
            f"{file} has no line flow-mcp[deploy]==<version>, so the version in use is unknown; add the line"
        )
    if parse(pin[2]) > parse(own):
        raise UpgradeError(
            f"{file} names flow-mcp {pin[2]}, and this is {own}; run the command of the newer version"
        )
    settings = (project / PROJECT).read_text(encoding="utf-8")
    texts = {
        PROJECT: _PLUGIN.sub(rf"\g<1>{PLUGIN}", settings),
        _REQUIREMENTS: _PIN.sub(rf"\g<1>{own}", requirements),
        **maintained_files(),
    }
    return Upgrade(pin[2], own, _news(pin[2], own), tuple(_changes(project, texts)))


def apply(project: Path, upgrade: Upgrade) -> None:
    """Write the files of an upgrade."""
    for change in upgrade.files:
        file = project / change.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(change.after, encoding="utf-8")


def _changes(project: Path, texts: dict[str, str]) -> Iterator[FileChange]:
    for path, after in sorted(texts.items()):
        file = project / path
        before = file.read_text(encoding="utf-8") if file.is_file() else ""
        if before != after:
            yield FileChange(path, before, after)


def _news(pinned: str, own: str) -> str:
    """Return the sections of the changelog for the versions after one, up to another."""
    package = Path(flow_mcp.__file__).parent
    # A wheel has the file in the package; an editable installation has it in the repository.
    files = (package / "CHANGELOG.md", package.parents[1] / "CHANGELOG.md")
    text = next(file.read_text(encoding="utf-8") for file in files if file.is_file())
    _, *parts = _SECTION.split(text)
    sections = zip(parts[::2], parts[1::2], strict=True)
    return "\n".join(
        f"{number}\n{body.strip()}\n"
        for number, body in sections
        if parse(pinned) < parse(number) <= parse(own)
    )
