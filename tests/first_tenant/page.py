"""A page in `docs/start` as a shell script that writes the page's files and runs its commands in order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from tests.unit.documentation.pages import Section, sections
from tests.unit.documentation.start_pages import DIRECTORY, FILE

_MARK = "@@step "


@dataclass(frozen=True)
class Step:
    """A section of the page whose commands succeeded.

    Attributes:
        title: the section's heading.
        seconds: how long its commands ran.
        output: what they printed, standard error included.
        expected: the outputs that the page shows.
    """

    title: str
    seconds: float
    output: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class PageScript:
    """The script of a page.

    Attributes:
        name: the page's name in `docs/start`, without its suffix.
        replacements: addresses, secrets and the package's source on this machine, by the page's text.
    """

    name: str
    replacements: Mapping[str, str]

    def text(self) -> str:
        """Return the script, which ends at the first command that fails."""
        lines = ["set -euo pipefail", "exec 2>&1"]
        for section in self._sections():
            lines.append(f'printf "{_MARK}%s\\n" "$EPOCHREALTIME"')
            for block in section.blocks:
                if block.language == "sh":
                    lines.append(self._here(block.text))
                elif path := FILE.match(block.text):
                    lines.append(f"printf %s {shlex.quote(self._here(block.text))} > {path[1]}")
        return "\n".join([*lines, f'printf "{_MARK}%s\\n" "$EPOCHREALTIME"', ""])

    def steps(self, output: str) -> list[Step]:
        """Return the steps from the script's output."""
        pieces = re.split(rf"^{_MARK}([\d.]+)\n", output, flags=re.MULTILINE)[1:]
        times = [float(moment) for moment in pieces[::2]]
        return [
            Step(
                section.title,
                end - start,
                printed,
                tuple(self._here(block.text) for block in section.blocks if block.language == "text"),
            )
            for section, printed, start, end in zip(
                self._sections(), pieces[1::2], times, times[1:], strict=False
            )
        ]

    def _sections(self) -> list[Section]:
        return [
            section
            for section in sections(DIRECTORY / f"{self.name}.md")
            if any(block.language == "sh" for block in section.blocks)
        ]

    def _here(self, text: str) -> str:
        for documented, here in self.replacements.items():
            text = text.replace(documented, here)
        return text
