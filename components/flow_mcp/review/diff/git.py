"""Read the files of a project at a git revision without changing the working tree."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flow_mcp.common.errors import FlowMcpError

_TIMEOUT_SECONDS = 120
_REGULAR_FILE_MODES = frozenset({b"100644", b"100755"})


class GitError(FlowMcpError):
    """The project's files at a git revision could not be read."""

    exit_code = 2


@dataclass(frozen=True)
class Repository:
    """The git repository of a project.

    Attributes:
        directory: the directory of the project.
        program: the path of the `git` command.
    """

    directory: Path
    program: str

    @classmethod
    def of(cls, directory: Path) -> Repository:
        """Return the repository of a directory.

        Raises:
            GitError: git is not installed.
        """
        program = shutil.which("git")
        if not program:
            raise GitError("git is not on PATH, and --base needs it to read the revision; install git")
        return cls(directory, program)

    @cached_property
    def prefix(self) -> str:
        """The path of the project below the repository's top directory: empty, or ending with a slash."""
        return self._run("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").removesuffix("\n")

    def commit(self, revision: str) -> str:
        """Return the commit ID of a revision; other commands receive this ID, never the user's text.

        Raises:
            GitError: the revision does not name a commit.
        """
        try:
            output = self._run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except (GitError, ValueError):
            # Raises a more precise error if the directory is not in a repository.
            _ = self.prefix
            raise GitError(
                f"git found no commit {revision!r} in this repository; name a branch, tag or commit, "
                "and in a shallow clone fetch it first (`git fetch --depth=1 origin BRANCH`)"
            ) from None
        return output.decode("ascii").strip()

    def files(self, commit: str, *paths: str) -> dict[str, bytes | None]:
        """Return files at a commit by their path in the project; None for what is not a regular file.

        Args:
            commit: the ID that `commit` returned.
            paths: files, and directories with a slash at the end, of which the direct entries are read.
        """
        wanted = [self.prefix + path for path in paths]
        listing = self._run("ls-tree", "-z", "--full-tree", commit, "--", *wanted)
        ids: dict[str, bytes | None] = {}
        for entry in filter(None, listing.split(b"\0")):
            header, _, path = entry.partition(b"\t")
            mode, kind, blob = header.split()
            if kind == b"tree":
                continue
            name = path.decode("utf-8", "surrogateescape").removeprefix(self.prefix)
            ids[name] = blob if mode in _REGULAR_FILE_MODES else None
        contents = self._blobs([blob for blob in ids.values() if blob])
        return {name: contents[blob] if blob else None for name, blob in ids.items()}

    def changed(self, commit: str, *paths: str) -> tuple[str, ...]:
        """Return the files below some paths of the project that differ from those at a commit."""
        names = self._run(
            "diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--relative", commit, "--", *paths
        )
        return tuple(sorted(name.decode("utf-8", "surrogateescape") for name in names.split(b"\0") if name))

    def _blobs(self, ids: list[bytes]) -> dict[bytes, bytes]:
        contents: dict[bytes, bytes] = {}
        rest = self._run("cat-file", "--batch", stdin=b"".join(blob + b"\n" for blob in ids)) if ids else b""
        while rest:
            header, _, rest = rest.partition(b"\n")
            blob, kind, *size = header.split()
            if kind != b"blob":
                raise GitError(
                    f"git does not have the file {blob.decode('ascii')}; fetch the complete revision"
                )
            contents[blob], rest = rest[: int(size[0])], rest[int(size[0]) + 1 :]
        return contents

    def _run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        command = f"git {arguments[0]}"
        try:
            completed = subprocess.run(
                [self.program, *arguments],
                cwd=self.directory,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
                input=stdin,
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitError(f"`{command}` did not finish within {_TIMEOUT_SECONDS} seconds") from None
        if completed.returncode:
            output = " ".join(completed.stderr.decode("utf-8", "backslashreplace").split())
            raise GitError(
                f"`{command}` failed in {self.directory}: {output or f'exit code {completed.returncode}'}"
            )
        return completed.stdout
