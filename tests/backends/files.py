"""The file backend: a directory."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.backends.backend import Backend


class Files(Backend):
    """A directory as a backend."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)

    def stop(self) -> None:
        pass

    @property
    def environment(self) -> Mapping[str, str]:
        return {"PULUMI_BACKEND_URL": self.directory.resolve().as_uri()}

    def dump(self, directory: Path) -> None:
        shutil.copytree(self.directory, directory, dirs_exist_ok=True)

    def restore(self, directory: Path) -> None:
        shutil.rmtree(self.directory)
        shutil.copytree(directory, self.directory)

    def put(self, key: str, content: bytes) -> None:
        file = self.directory / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def keys(self) -> list[str]:
        files = (file for file in self.directory.rglob("*") if file.is_file())
        return sorted(str(file.relative_to(self.directory)) for file in files)
