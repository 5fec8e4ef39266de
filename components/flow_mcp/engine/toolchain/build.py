"""Pulumi and the Keycloak plugin, built from the Go module in `toolchain/`.

The way for machines without internet: its dependencies are ordinary Go modules, which any module mirror
serves (`GOPROXY`). Every program is built once per version, into the cache directory.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flow_mcp.engine.toolchain import cache
from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.golang import Go
from flow_mcp.engine.toolchain.programs import PROGRAMS, Part, Progress, Provided, Version, dotted, parse

_ENGINE = "github.com/pulumi/pulumi/pkg/v3"
_SDK = "github.com/pulumi/pulumi/sdk/v3"
# A script of the SDK that the language host runs; it is copied, not compiled.
_EXECUTOR = "pulumi-language-python-exec"
# A longer name tells no more: two builds with the same 64 bits do not happen.
_DIGEST_LENGTH = 16


class Build:
    """Builds from a Go module.

    Args:
        module: the directory of go.mod.

    Raises:
        ToolchainError: there is no Go, or it is too old.
    """

    def __init__(self, module: Path) -> None:
        self._module = module
        self._go = Go(module)
        self._common = [(module / name).read_bytes() for name in ("go.mod", "go.sum")]

    def provide(self, part: Part, progress: Progress) -> Provided:
        """The programs of a part, from the cache where they have been built before.

        Raises:
            ToolchainError: a module cannot be had, or the build fails.
        """
        began = time.monotonic()
        files, made = {}, []
        for name in PROGRAMS[part]:
            entry, new = cache.entry(
                f"{name}-{self._digest(name)}",
                partial(self._make, name, progress),
                progress,
            )
            files[name] = entry / name
            made.append(new)
        note = f"built in {duration(time.monotonic() - began)}" if any(made) else ""
        return Provided(self._version(part), files, note)

    def _digest(self, name: str) -> str:
        """What a program depends on. Go's own cache knows the rest better, and makes building again short."""
        own = sorted((self._module / name).glob("*.go"))
        sources = [file.read_bytes() for file in own if not file.name.endswith("_test.go")]
        command = " ".join([*self._go.identity, *self._arguments(name)]).encode()
        digest = hashlib.sha256()
        for content in (*self._common, *sources, command):
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()[:_DIGEST_LENGTH]

    def _make(self, name: str, progress: Progress, directory: Path) -> None:
        output, run = directory / name, partial(self._go.run, temporary=directory)
        if name == _EXECUTOR:
            described = run("mod", "download", "-json", _SDK, heard=_Watch(progress))
            shutil.copy(Path(json.loads(described)["Dir"]) / "python" / "cmd" / name, output)
            output.chmod(0o755)
            return
        *flags, package = self._arguments(name)
        progress(f"Getting the Go modules of {name}")
        watch = _Watch(progress)
        packages = run("list", "-mod=readonly", "-deps", package, heard=watch)
        progress(f"Building {name}")
        watch = _Watch(progress, packages.splitlines())
        run("build", "-v", *flags, "-o", str(output), package, heard=watch)

    def _arguments(self, name: str) -> Sequence[str]:
        """Flags and package of `go build`."""
        link = "-s -w"
        package = f"./{name}"
        if name == "pulumi":
            package = f"{_ENGINE}/cmd/pulumi"
            link += f" -X {_SDK}/go/common/version.Version=v{dotted(self._version('pulumi'))}"
        # The same flags for all programs: they share most of their packages, which are compiled once. Debug
        # information costs a tenth of the processor time, and the linker leaves it out anyway (-s -w).
        compiler = "-gcflags=all=-dwarf=false"
        return ("-mod=readonly", "-trimpath", "-buildvcs=false", compiler, f"-ldflags={link}", package)

    def _version(self, part: Part) -> Version:
        """The version that the module says it builds."""
        if part == "pulumi":
            file, pattern = self._module / "go.mod", rf"^\s*{re.escape(_ENGINE)} v(\S+)"
        else:
            (name,) = PROGRAMS["keycloak"]
            file, pattern = self._module / name / "provider.go", r'^const version = "(.+)"'
        match = re.search(pattern, file.read_text(), re.MULTILINE)
        if not match:
            raise ToolchainError(f"no version found in {file} ({pattern})")
        return parse(match.group(1))


@dataclass
class _Watch:
    """Counts what go reports; anything else that it says is no progress."""

    progress: Progress
    packages: Sequence[str] = ()
    downloaded: int = 0
    compiled: int = 0

    def __post_init__(self) -> None:
        self._names = frozenset(self.packages)

    def __call__(self, line: str) -> bool:
        if line.startswith("go: downloading "):
            self.downloaded += 1
            self.progress.detail(f"{self.downloaded} downloaded")
            return True
        if line in self._names:
            self.compiled += 1
            self.progress.detail(f"{self.compiled} of {len(self._names)} packages")
            return True
        return False


def duration(seconds: float) -> str:
    """Write `5 min 12 s`, or `7 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
