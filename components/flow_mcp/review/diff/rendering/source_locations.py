"""Find the file and line in which a change or a finding is declared, for annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flow_mcp.declaration import files
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.declaration.source_value import SourceValue
from flow_mcp.engine.project import Project


@dataclass(frozen=True)
class Place:
    """A file below the repository's top directory and a line; line 0 if the file does not exist."""

    file: str
    line: int


@dataclass(frozen=True)
class Places:
    """The files of the compared stacks.

    Attributes:
        project: the project of the stacks.
        loaded: the loaded files by the stack's name, without deleted stacks.
        prefix: the path of the project below the repository's top directory: empty, or ending with a slash.
    """

    project: Project
    loaded: Mapping[str, Loaded]
    prefix: str = ""

    def of(self, stack: str, path: Path) -> Place:
        """Return the place of a path, or of the nearest part of it that exists in the file."""
        file = f"stacks/Pulumi.{stack}.yaml"
        if stack not in self.loaded:
            return Place(self.prefix + file, 0)
        if path[:1] == ("instance",):
            own = files.read_stack(self.project.directory / file)[1]
            shared = instance_of(self.project.file)
            return Place(
                self.prefix + (file if own else self.project.file.name), _line(own or shared, path[1:])
            )
        return Place(self.prefix + file, _line(self.loaded[stack].tenant, path))


def _line(source_value: SourceValue, path: Path) -> int:
    return source_value.file.mark((*source_value.root, *path))[0] if source_value.file else 0
