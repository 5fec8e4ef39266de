"""What the project needs of Pulumi: which programs, and in which versions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, Protocol, get_args

from flow_mcp.engine.toolchain.errors import ToolchainError

Part = Literal["pulumi", "keycloak"]
PARTS: tuple[Part, ...] = get_args(Part)

PROGRAMS: Mapping[Part, tuple[str, ...]] = {
    "pulumi": ("pulumi", "pulumi-language-python", "pulumi-language-python-exec"),
    "keycloak": ("pulumi-resource-keycloak",),
}

OLDEST_PULUMI = (3, 256, 0)
"""The oldest engine that the tests have run on."""

Version = tuple[int, int, int]


class Progress(Protocol):
    """Told what happens: `progress(step)` when something begins, `detail` how far it is."""

    def __call__(self, step: str) -> None: ...

    def detail(self, detail: str) -> None: ...


@dataclass(frozen=True)
class Provided:
    """A part that one way has provided.

    Attributes:
        version: of the engine or plugin.
        files: where the programs really are, by name.
        note: what was done for it at this call, as "built in 5 min 12 s"; empty if it was there already.
    """

    version: Version
    files: Mapping[str, Path]
    note: str = ""


Provide = Callable[[Part, Progress], Provided]


def sdk_version(part: Part) -> Version:
    """The version of the Python SDK, which the official engine and plugin of the same version go with."""
    return parse(metadata.version("pulumi" if part == "pulumi" else "pulumi-keycloak"))


def parse(text: str) -> Version:
    """Read `v3.256.0` or what a program prints around it.

    Raises:
        ToolchainError: there is no version in it.
    """
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    if not match:
        raise ToolchainError(f"no version found in {text!r}")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def dotted(version: Version) -> str:
    """Write `3.256.0`."""
    return ".".join(map(str, version))


def ask(program: Path, *arguments: str, seconds: float = 30) -> str:
    """What a program prints.

    Raises:
        ToolchainError: it cannot be run, fails, or does not end within this time.
    """
    try:
        return subprocess.run(
            [str(program), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=seconds,
            stdin=subprocess.DEVNULL,
        ).stdout
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or [f"exit code {error.returncode}"]
        raise ToolchainError(f"{program} {arguments[0]}: {lines[-1]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(f"{program} {arguments[0]}: {error}") from error
