"""The Pulumi project's directory and the files of its stacks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.suggestions import did_you_mean


class NoProjectError(FlowMcpError):
    """The project or the stack does not exist."""

    exit_code = 2


@dataclass(frozen=True)
class Project:
    """A directory with `Pulumi.yaml` and with a file for each stack in `stacks/`."""

    directory: Path

    @classmethod
    def at(cls, directory: Path) -> Project:
        """Return the project in a directory.

        Raises:
            NoProjectError: the directory has no Pulumi.yaml.
        """
        if not (directory / "Pulumi.yaml").is_file():
            raise NoProjectError(
                f"no Pulumi.yaml in {directory}; name a project's directory, or create a project with "
                "`flow-mcp new`"
            )
        return cls(directory.resolve())

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project that contains the directory `start` (default: the working directory).

        Raises:
            NoProjectError: neither `start` nor a parent directory contains Pulumi.yaml.
        """
        start = (start or Path.cwd()).resolve()
        for directory in (start, *start.parents):
            if (directory / "Pulumi.yaml").is_file():
                return cls(directory)
        raise NoProjectError(
            f"no Pulumi.yaml in {start} or its parent directories; change to the project's directory, "
            "name it with --project, or create a project with `flow-mcp new`"
        )

    @property
    def file(self) -> Path:
        """`Pulumi.yaml`."""
        return self.directory / "Pulumi.yaml"

    @property
    def policies(self) -> Path:
        """The policy pack's directory."""
        return self.directory / "policies"

    def stacks(self) -> tuple[str, ...]:
        """Return the names of all stacks that have a file, sorted."""
        files = (self.directory / "stacks").glob("Pulumi.*.yaml")
        return tuple(sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files))

    def stack_file(self, stack: str) -> Path:
        """Return the file of a stack.

        Raises:
            NoProjectError: the file does not exist.
        """
        return self.stack_files((stack,))[stack]

    def stack_files(self, stacks: Iterable[str]) -> dict[str, Path]:
        """Return the files of several stacks by name, in the given order and without duplicates.

        Raises:
            NoProjectError: the file of a stack does not exist.
        """
        directory, known = self.directory / "stacks", self.stacks()
        files = {stack: directory / f"Pulumi.{stack}.yaml" for stack in stacks}
        for stack in sorted(files.keys() - set(known)):
            listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "") or "none"
            remedy = did_you_mean(stack, known) or f"Known stacks: {listed}."
            raise NoProjectError(f"there is no stack {stack}: {files[stack]} is missing. {remedy}")
        return files
