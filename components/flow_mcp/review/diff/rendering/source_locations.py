"""Where in its files a change or a finding is declared, for annotations."""

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
    """A file below the project, and a line of it; 0 where the file is gone."""

    file: str
    line: int


@dataclass(frozen=True)
class Places:
    """The files of the stacks that are told.

    Attributes:
        project: whose.
        loaded: by stack's name; one that is gone is not there.
        prefix: of the project below the repository's top, empty or with a slash at its end.
    """

    project: Project
    loaded: Mapping[str, Loaded]
    prefix: str = ""

    def of(self, stack: str, path: Path) -> Place:
        """The place of a path, or of what is left of it."""
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


def _line(written: SourceValue, path: Path) -> int:
    return written.file.mark((*written.root, *path))[0] if written.file else 0
