"""Files of a project at a git revision; the working tree stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flow_mcp.common.errors import FlowMcpError

_SECONDS = 120
_REGULAR = frozenset({b"100644", b"100755"})


class GitError(FlowMcpError):
    """The project's files at a revision cannot be read."""

    exit_code = 2


@dataclass(frozen=True)
class Repository:
    """The git repository that a project is in.

    Attributes:
        directory: the project's.
        program: the `git` command.
    """

    directory: Path
    program: str

    @classmethod
    def of(cls, directory: Path) -> Repository:
        """The repository of a directory.

        Raises:
            GitError: there is no git.
        """
        found = shutil.which("git")
        if not found:
            raise GitError("there is no git on PATH, and --base reads a revision with it; install it")
        return cls(directory, found)

    @cached_property
    def prefix(self) -> str:
        """The project's directory below the repository's top: empty, or with a slash at its end."""
        return self._run("rev-parse", "--show-prefix").decode("utf-8", "surrogateescape").removesuffix("\n")

    def commit(self, revision: str) -> str:
        """The commit that a revision means; every other command gets that, and never the user's words.

        Raises:
            GitError: it means none.
        """
        try:
            found = self._run(
                "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
            )
        except (GitError, ValueError):
            # Asked first, so that a directory without a repository is not blamed on the revision.
            _ = self.prefix
            raise GitError(
                f"git knows no commit {revision!r} here; name a branch, tag or commit, and fetch it first "
                "where the clone is shallow (`git fetch --depth=1 origin BRANCH`)"
            ) from None
        return found.decode("ascii").strip()

    def files(self, commit: str, *paths: str) -> dict[str, bytes | None]:
        """Files at a commit, by path below the project; None for what is there and no regular file.

        Args:
            commit: its ID, by `commit`.
            paths: of files, and of directories with a slash at their end, whose own files are meant.
        """
        wanted = [self.prefix + path for path in paths]
        listed = self._run("ls-tree", "-z", "--full-tree", commit, "--", *wanted)
        ids: dict[str, bytes | None] = {}
        for entry in filter(None, listed.split(b"\0")):
            about, _, path = entry.partition(b"\t")
            mode, kind, blob = about.split()
            if kind == b"tree":
                continue
            name = path.decode("utf-8", "surrogateescape").removeprefix(self.prefix)
            ids[name] = blob if mode in _REGULAR else None
        contents = self._blobs([blob for blob in ids.values() if blob])
        return {name: contents[blob] if blob else None for name, blob in ids.items()}

    def changed(self, commit: str, *paths: str) -> tuple[str, ...]:
        """Files below some paths of the project that are not as they were at a commit."""
        names = self._run(
            "diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--relative", commit, "--", *paths
        )
        return tuple(sorted(name.decode("utf-8", "surrogateescape") for name in names.split(b"\0") if name))

    def _blobs(self, ids: list[bytes]) -> dict[bytes, bytes]:
        contents: dict[bytes, bytes] = {}
        rest = self._run("cat-file", "--batch", given=b"".join(each + b"\n" for each in ids)) if ids else b""
        while rest:
            about, _, rest = rest.partition(b"\n")
            blob, kind, *size = about.split()
            if kind != b"blob":
                raise GitError(f"git lacks the file {blob.decode('ascii')}; fetch the revision whole")
            contents[blob], rest = rest[: int(size[0])], rest[int(size[0]) + 1 :]
        return contents

    def _run(self, *arguments: str, given: bytes = b"") -> bytes:
        shown = f"git {arguments[0]}"
        try:
            ended = subprocess.run(
                [self.program, *arguments],
                cwd=self.directory,
                env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
                input=given,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitError(f"`{shown}` did not end within {_SECONDS} seconds") from None
        if ended.returncode:
            said = " ".join(ended.stderr.decode("utf-8", "backslashreplace").split())
            raise GitError(f"`{shown}` failed in {self.directory}: {said or f'exit code {ended.returncode}'}")
        return ended.stdout
