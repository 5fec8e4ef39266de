"""A project in its own git repository, with a policy pack of one rule."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner, Result

from flow_mcp.cli.diff import command
from tests.unit.declared import write_pack
from tests.unit.review.diff.corpus import Case, Declared, files
from tests.unit.review.diff.corpus.case import PROJECT

RULE = '''"""One rule for tests."""

from flow_mcp.review.policy.rule import Reference, Rule, Severity, Violation


class NoEveryone(Rule):
    id = "TEST-001"
    severity = Severity.HIGH
    message = "People are named."
    remedy = "Name groups."
    references = (Reference("A page", "https://policy.example/people"),)
    good = bad = ()

    def in_declaration(self, declaration, context):
        for name, client in declaration.tenant.clients.items():
            if client.people.everyone:
                yield Violation(("clients", name, "people"), "admits everyone")
'''
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


@dataclass(frozen=True)
class Checkout:
    """A git repository and the project in it."""

    top: Path
    project: Path

    @classmethod
    def make(cls, top: Path, below: str = "", level: str = "mandatory") -> Checkout:
        """Create a repository with a project without stacks; `level` is the enforcement level of its rule."""
        checkout = cls(top, top / below)
        (checkout.project / "stacks").mkdir(parents=True)
        write_pack(checkout.project / "policies", {"no_everyone": RULE}, {"TEST-001": level})
        (checkout.project / "Pulumi.yaml").write_bytes(PROJECT.file.read_bytes())
        checkout.git("init", "-q")
        return checkout

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        completed = subprocess.run(
            ["git", *arguments],
            cwd=self.top,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            check=True,
        )
        return completed.stdout.strip()

    def commit(self) -> str:
        """Commit everything and return the commit's ID."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def stack(self, stack: str) -> Path:
        """Return the path of a stack's file."""
        return self.project / "stacks" / f"Pulumi.{stack}.yaml"

    def write(self, stack: str, version: Declared | None) -> None:
        """Write a stack's file, or remove it."""
        files(self.project, Case("", stack, None, None, ()), version)

    def diff(self, *arguments: str) -> Result:
        """Run the command in the project."""
        previous = Path.cwd()
        os.chdir(self.project)
        try:
            return CliRunner(env=ENVIRONMENT).invoke(command, ["--as-of", "2026-11-25", *arguments])
        finally:
            os.chdir(previous)
