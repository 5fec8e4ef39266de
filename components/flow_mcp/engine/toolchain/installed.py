"""Pulumi and plugins that are on this machine already."""

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
    """Looks on PATH and in Pulumi's own directory (`$PULUMI_HOME`, else `~/.pulumi`).

    Args:
        ours: the directory that this project puts programs into; what is there is no installation.
    """

    def __init__(self, ours: Path) -> None:
        self._ours = ours.resolve()
        home = os.environ.get("PULUMI_HOME")
        self._home = Path(home) if home else Path.home() / ".pulumi"

    def provide(self, part: Part, _progress: Progress) -> Provided:
        """The installed programs of a part, where they are new enough.

        Raises:
            ToolchainError: they are not installed, too old, or incomplete.
        """
        return self._pulumi() if part == "pulumi" else self.keycloak()

    def _pulumi(self) -> Provided:
        found = self._on_path("pulumi") or self._in(self._home / "bin", "pulumi")
        if not found:
            raise ToolchainError("no pulumi on PATH")
        version = parse(ask(found, "version"))
        if version < OLDEST_PULUMI:
            raise ToolchainError(f"{found} is {dotted(version)}, older than {dotted(OLDEST_PULUMI)}")
        files = {}
        for name in PROGRAMS["pulumi"]:
            # The language host comes with the engine, beside what the link on PATH leads to.
            file = self._in(found.parent, name) or self._in(found.resolve().parent, name)
            if not (file := file or self._on_path(name)):
                raise ToolchainError(f"{found} is installed without {name}")
            files[name] = file.resolve()
        return Provided(version, files)

    def keycloak(self) -> Provided:
        """The installed Keycloak plugin that fits the SDK: of its major version and not older.

        Raises:
            ToolchainError: there is none.
        """
        wanted = sdk_version("keycloak")
        (name,) = PROGRAMS["keycloak"]
        found = sorted(self._plugins(name), reverse=True)
        for version, file in found:
            if version[0] == wanted[0] and version >= wanted:
                return Provided(version, {name: file.resolve()})
        have = ", ".join(dotted(version) for version, _ in found) or "none"
        raise ToolchainError(f"no Keycloak plugin {dotted(wanted)} or newer is installed (found: {have})")

    def _plugins(self, name: str) -> Iterator[tuple[Version, Path]]:
        if found := self._on_path(name):
            yield parse(ask(found, "-version")), found
        for directory in self._home.glob("plugins/resource-keycloak-v*"):
            # A plugin whose installation broke off has a marker beside it.
            complete = not directory.with_name(f"{directory.name}.partial").exists()
            released = re.search(r"-v\d+\.\d+\.\d+$", directory.name)
            if complete and released and (file := self._in(directory, name)):
                yield parse(directory.name), file

    def _on_path(self, name: str) -> Path | None:
        directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
        foreign = [directory for directory in directories if Path(directory).resolve() != self._ours]
        found = shutil.which(name, path=os.pathsep.join(foreign))
        return Path(found).absolute() if found else None

    @staticmethod
    def _in(directory: Path, name: str) -> Path | None:
        found = shutil.which(name, path=str(directory))
        return Path(found) if found else None
