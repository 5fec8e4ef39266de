"""Build Pulumi and the Keycloak plugin from the Go module in `toolchain/`.

This method works on machines without internet: its dependencies are ordinary Go modules, which any module
mirror serves (`GOPROXY`). Each program is built once per version, into the cache directory.
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
# The programs that other modules' packages build; all others are packages of this module.
_PACKAGES = {
    "pulumi": f"{_ENGINE}/cmd/pulumi",
    "pulumi-language-yaml": "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
}
# The package that the language hosts of this module share.
_SHARED = "languagehost"
# A script of the SDK that the language host runs; it is copied, not compiled.
_EXECUTOR = "pulumi-language-python-exec"
# 64 bits are enough: a collision of two builds is practically impossible.
_DIGEST_LENGTH = 16


class Build:
    """Builds programs from a Go module.

    Args:
        module: the directory of go.mod.

    Raises:
        ToolchainError: Go is not installed or too old.
    """

    def __init__(self, module: Path) -> None:
        self._module = module
        self._go = Go(module)
        self._common = [(module / name).read_bytes() for name in ("go.mod", "go.sum")]

    def provide(self, part: Part, progress: Progress) -> Provided:
        """Return the programs of a part, from the cache or from a new build.

        Raises:
            ToolchainError: a module cannot be downloaded, or the build fails.
        """
        began = time.monotonic()
        files: dict[str, Path] = {}
        was_built: list[bool] = []
        for name in PROGRAMS[part]:
            entry, is_new = cache.entry(
                f"{name}-{self._digest(name)}",
                partial(self._build, name, progress),
                progress,
            )
            files[name] = entry / name
            was_built.append(is_new)
        note = f"built in {duration(time.monotonic() - began)}" if any(was_built) else ""
        return Provided(self._version(part), files, note)

    def _digest(self, name: str) -> str:
        """Return a digest of a program's sources, flags and Go version.

        It need not be complete: Go's own cache tracks all dependencies and makes an unnecessary build fast.
        """
        files = sorted(file for folder in (name, _SHARED) for file in (self._module / folder).glob("*.go"))
        sources = [file.read_bytes() for file in files if not file.name.endswith("_test.go")]
        command = " ".join([*self._go.identity, *self._arguments(name)]).encode()
        digest = hashlib.sha256()
        for content in (*self._common, *sources, command):
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()[:_DIGEST_LENGTH]

    def _build(self, name: str, progress: Progress, directory: Path) -> None:
        output, run = directory / name, partial(self._go.run, temporary=directory)
        if name == _EXECUTOR:
            module_info = run("mod", "download", "-json", _SDK, is_progress=_Watch(progress))
            shutil.copy(Path(json.loads(module_info)["Dir"]) / "python" / "cmd" / name, output)
            output.chmod(0o755)
            return
        *flags, package = self._arguments(name)
        progress(f"Downloading the Go modules of {name}")
        watch = _Watch(progress)
        packages = run("list", "-mod=readonly", "-deps", package, is_progress=watch)
        progress(f"Building {name}")
        watch = _Watch(progress, packages.splitlines())
        run("build", "-v", *flags, "-o", str(output), package, is_progress=watch)

    def _arguments(self, name: str) -> Sequence[str]:
        """Return the flags and the package for `go build`."""
        link = "-s -w"
        package = _PACKAGES.get(name, f"./{name}")
        if name == "pulumi":
            link += f" -X {_SDK}/go/common/version.Version=v{dotted(self._version('pulumi'))}"
        # With the same flags for all programs, their shared packages are compiled only once. Debug
        # information takes a tenth of the processor time, and the linker removes it anyway (-s -w).
        compiler = "-gcflags=all=-dwarf=false"
        return ("-mod=readonly", "-trimpath", "-buildvcs=false", compiler, f"-ldflags={link}", package)

    def _version(self, part: Part) -> Version:
        """Return the version of a part that the module builds."""
        if part != "keycloak":
            file, pattern = self._module / "go.mod", rf"^\s*{re.escape(_ENGINE)} v(\S+)"
        else:
            (name,) = PROGRAMS[part]
            file, pattern = self._module / name / "provider.go", r'^const version = "(.+)"'
        match = re.search(pattern, file.read_text(), re.MULTILINE)
        if not match:
            raise ToolchainError(f"no version found in {file} ({pattern})")
        return parse(match.group(1))


@dataclass
class _Watch:
    """Counts the modules and packages in go's output; returns False for lines that are not progress."""

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
    """Return a duration as text, such as `5 min 12 s` or `7 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
