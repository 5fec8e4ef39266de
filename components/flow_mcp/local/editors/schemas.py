"""The files of a project that have a schema."""

from __future__ import annotations

from dataclasses import dataclass

DIRECTORY = "schemas"
"""The directory of the schemas in a project, which `flow-mcp new` writes too."""


@dataclass(frozen=True)
class FileSchema:
    """A schema and the files that it describes.

    Attributes:
        name: the schema's name in `flow-mcp schema`.
        title: the name that an editor shows.
        pattern: the files, as a pattern of paths below the project's directory.
    """

    name: str
    title: str
    pattern: str

    @property
    def path(self) -> str:
        """The schema's path below the project's directory."""
        return f"{DIRECTORY}/{self.name}.schema.json"


FILE_SCHEMAS = (
    FileSchema("stack", "Flow MCP: tenant", "stacks/Pulumi.*.yaml"),
    FileSchema("applications", "Flow MCP: known applications", "stacks/applications.yaml"),
    FileSchema("policy-configuration", "Flow MCP: policies", "policies/configuration.json"),
)
