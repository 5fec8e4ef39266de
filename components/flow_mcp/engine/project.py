"""The project's directory: where `Pulumi.yaml` is, and the stacks in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.suggestions import did_you_mean


class NoProjectError(FlowMcpError):
    """There is no project, or no such stack in it."""

    exit_code = 2


@dataclass(frozen=True)
class Project:
    """A directory with `Pulumi.yaml`, and a stack file per tenant in `stacks/`."""

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
        """The project that `start` (default: the working directory) is in.

        Raises:
            NoProjectError: no directory from there upwards has a Pulumi.yaml.
        """
        start = (start or Path.cwd()).resolve()
        for directory in (start, *start.parents):
            if (directory / "Pulumi.yaml").is_file():
                return cls(directory)
        raise NoProjectError(
            f"no Pulumi.yaml in {start} or above it; change to the project's directory, name it with "
            "--project, or create a project with `flow-mcp new`"
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
        """The names of all stacks that have a file, sorted."""
        files = (self.directory / "stacks").glob("Pulumi.*.yaml")
        return tuple(sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files))

    def stack_file(self, stack: str) -> Path:
        """The file of one stack.

        Raises:
            NoProjectError: there is none.
        """
        return self.stack_files((stack,))[stack]

    def stack_files(self, stacks: Iterable[str]) -> dict[str, Path]:
        """The files of several stacks, by name, each once and in their order.

        Raises:
            NoProjectError: one of them has none.
        """
        directory, known = self.directory / "stacks", self.stacks()
        files = {stack: directory / f"Pulumi.{stack}.yaml" for stack in stacks}
        for stack in sorted(files.keys() - set(known)):
            here = ", ".join(known[:20]) + (", …" if len(known) > 20 else "") or "none"
            guess = did_you_mean(stack, known) or f"Stacks here: {here}."
            raise NoProjectError(f"there is no stack {stack}: {files[stack]} is missing. {guess}")
        return files
