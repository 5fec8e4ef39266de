"""The programs of Pulumi that the project needs, and their versions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal, Protocol

from flow_mcp.engine.toolchain.errors import ToolchainError

Part = Literal["pulumi", "keycloak", "languages"]
PARTS: tuple[Part, ...] = ("pulumi", "keycloak")
"""The parts that a project with the package's own program needs."""

PROGRAMS: Mapping[Part, tuple[str, ...]] = {
    "pulumi": ("pulumi", "pulumi-language-python", "pulumi-language-python-exec"),
    # For programs in TypeScript and in YAML. Images such as `pulumi/pulumi-python` do not have them.
    "languages": ("pulumi-language-nodejs", "pulumi-language-yaml"),
    "keycloak": ("pulumi-resource-keycloak",),
}

OLDEST_PULUMI = (3, 256, 0)
"""The oldest version of the engine that the project is tested with."""

Version = tuple[int, int, int]


class Progress(Protocol):
    """Receives progress: `progress(step)` at the start of a step, `detail` with the progress within it."""

    def __call__(self, step: str) -> None: ...

    def detail(self, detail: str) -> None: ...


@dataclass(frozen=True)
class Provided:
    """A part that a method has provided.

    Attributes:
        version: the version of the engine or plugin.
        files: the paths of the programs by name, without symbolic links.
        note: what this call did, such as "built in 5 min 12 s"; empty if the part already existed.
    """

    version: Version
    files: Mapping[str, Path]
    note: str = ""


Provide = Callable[[Part, Progress], Provided]


def sdk_version(part: Part) -> Version:
    """Return the version of the Python SDK; the official engine and plugin have the same version."""
    return parse(metadata.version("pulumi-keycloak" if part == "keycloak" else "pulumi"))


def parse(text: str) -> Version:
    """Return the version in a text, such as `v3.256.0` or the output of a program.

    Raises:
        ToolchainError: the text contains no version.
    """
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    if not match:
        raise ToolchainError(f"no version found in {text!r}")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def dotted(version: Version) -> str:
    """Return a version as text, such as `3.256.0`."""
    return ".".join(map(str, version))


def ask(program: Path, *arguments: str, seconds: float = 30) -> str:
    """Run a program and return its standard output.

    Raises:
        ToolchainError: the program cannot be run, fails, or does not end within the given time.
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
