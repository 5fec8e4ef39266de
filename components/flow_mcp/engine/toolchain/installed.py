"""Find installed versions of Pulumi and its plugins on this machine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import (
    OLDEST_PULUMI,
    PROGRAMS,
    Part,
    Progress,
    Provided,
    Version,
    ask,
    dotted,
    parse,
    sdk_version,
)


class Installed:
    """Finds programs on PATH and in Pulumi's own directory (`$PULUMI_HOME`, else `~/.pulumi`).

    Args:
        excluded: the directory in which this project places programs; programs in it are ignored.
    """

    def __init__(self, excluded: Path) -> None:
        self._excluded = excluded.resolve()
        home = os.environ.get("PULUMI_HOME")
        self._home = Path(home) if home else Path.home() / ".pulumi"

    def provide(self, part: Part, _progress: Progress) -> Provided:
        """Return the installed programs of a part.

        Raises:
            ToolchainError: they are not installed, too old, or incomplete.
        """
        return self.keycloak() if part == "keycloak" else self._pulumi(part)

    def _pulumi(self, part: Part) -> Provided:
        pulumi = self._on_path("pulumi") or self._in(self._home / "bin", "pulumi")
        if not pulumi:
            raise ToolchainError("no pulumi on PATH")
        version = parse(ask(pulumi, "version"))
        if version < OLDEST_PULUMI:
            raise ToolchainError(f"{pulumi} is {dotted(version)}, older than {dotted(OLDEST_PULUMI)}")
        files = {}
        for name in PROGRAMS[part]:
            # The language hosts are in the engine's directory, also if PATH has only a link to the engine.
            file = self._in(pulumi.parent, name) or self._in(pulumi.resolve().parent, name)
            if not (file := file or self._on_path(name)):
                raise ToolchainError(f"{pulumi} is installed without {name}")
            files[name] = file.resolve()
        return Provided(version, files)

    def keycloak(self) -> Provided:
        """Return the newest installed Keycloak plugin with the SDK's major version that is not older than it.

        Raises:
            ToolchainError: no such plugin is installed.
        """
        required = sdk_version("keycloak")
        (name,) = PROGRAMS["keycloak"]
        plugins = sorted(self._plugins(name), reverse=True)
        for version, file in plugins:
            if version[0] == required[0] and version >= required:
                return Provided(version, {name: file.resolve()})
        installed = ", ".join(dotted(version) for version, _ in plugins) or "none"
        raise ToolchainError(
            f"no Keycloak plugin {dotted(required)} or newer is installed (found: {installed})"
        )

    def _plugins(self, name: str) -> Iterator[tuple[Version, Path]]:
        if on_path := self._on_path(name):
            yield parse(ask(on_path, "-version")), on_path
        for directory in self._home.glob("plugins/resource-keycloak-v*"):
            # Pulumi leaves a marker file next to a plugin whose installation was interrupted.
            complete = not directory.with_name(f"{directory.name}.partial").exists()
            released = re.search(r"-v\d+\.\d+\.\d+$", directory.name)
            if complete and released and (file := self._in(directory, name)):
                yield parse(directory.name), file

    def _on_path(self, name: str) -> Path | None:
        directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
        searched = [directory for directory in directories if Path(directory).resolve() != self._excluded]
        file = shutil.which(name, path=os.pathsep.join(searched))
        return Path(file).absolute() if file else None

    @staticmethod
    def _in(directory: Path, name: str) -> Path | None:
        file = shutil.which(name, path=str(directory))
        return Path(file) if file else None
