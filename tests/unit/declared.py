"""Tenants' files for tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import indent
from typing import Literal

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project

PROJECT_FILE = """\
name: flow-mcp
config:
  flow-mcp:instance:
    type: object
    default:
      server: https://app.profitbase.biz/flow
"""

# Own rules of a project: a client that is called `refused` violates both.
REFUSED = """\
from flow_mcp.review.policy.rule import Reference, Rule, Severity, Violation

class Refused(Rule):
    id = "TEST-900"
    severity = Severity.HIGH
    message = "No client may be called refused."
    remedy = "Call it otherwise."
    references = (Reference("A page", "https://example.com"),)
    good = bad = ()

    def in_declaration(self, declaration, context):
        if "refused" in declaration.tenant.clients:
            yield Violation(("clients", "refused"), f"is called refused on {context.as_of}")
        if "raising" in declaration.tenant.clients:
            raise KeyError("a value that could be secret")

"""
ADVISED = """\
from flow_mcp.review.policy.rule import Severity

from .refused import Refused

class Advised(Refused):
    id = "TEST-901"
    severity = Severity.LOW
"""
OWN_RULES = {"refused": REFUSED, "advised": ADVISED}


def write_pack(
    directory: Path, rules: Mapping[str, str] = OWN_RULES, configuration: Mapping[str, object] | None = None
) -> Path:
    """Write a policy pack with own rules, in which the package's rules are disabled; returns its directory.

    Args:
        directory: of the pack.
        rules: source code of each module of `rules/`, by the module's name.
        configuration: of the own rules; left out, those of `OWN_RULES` have their usual levels.
    """
    (directory / "rules").mkdir(parents=True)
    for name, source in rules.items():
        (directory / "rules" / f"{name}.py").write_text(source, encoding="utf-8")
    own = {"TEST-900": "mandatory", "TEST-901": "advisory"} if configuration is None else configuration
    (directory / "configuration.json").write_text(json.dumps({"all": "disabled", **own}), encoding="utf-8")
    return directory


SERVER = """\
keycloak:
  url: https://id.acme.example
  realm: {name: acme, create: true}
"""


def tenant(clients: str = "", *, server: str = SERVER, more: str = "") -> str:
    """Return a tenant's file. The clients start in line 11; further keys of the tenant follow them."""
    parts = {
        "id: acme\n": 4,
        'workspaces:\n  "456": {environments: [production, test]}\n': 4,
        "authorizationServer:\n": 4,
        server: 6,
        "clients:\n" if clients else "": 4,
        clients: 6,
        more: 4,
    }
    return "config:\n  flow-mcp:tenant:\n" + "".join(
        indent(text, " " * width) for text, width in parts.items()
    )


def problems_of(load: Callable[[], Loaded]) -> tuple[Problem, ...]:
    """Return the warnings of a declaration, or the problems for which it is rejected."""
    try:
        return load().warnings
    except DeclarationError as error:
        return error.problems


@dataclass(frozen=True)
class Stacks:
    """A project to which tests write stacks."""

    project: Project

    def write(self, text: str | bytes, stack: str = "acme") -> Path:
        """Write a stack's file."""
        file = self.project.directory / "stacks" / f"Pulumi.{stack}.yaml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def load(self, text: str | bytes, stack: str = "acme") -> Loaded:
        """Write a stack's file and load it."""
        return from_file(self.write(text, stack), instance_of(self.project.file))

    def problems(self, text: str | bytes) -> tuple[Problem, ...]:
        """Return the problems of a valid or invalid stack's file, with the names of their files."""
        problems = problems_of(lambda: self.load(text))
        return tuple(replace(problem, file=Path(problem.file).name) for problem in problems)

    def problem(self, text: str | bytes) -> Problem:
        """Return the only problem of a stack's file."""
        (problem,) = self.problems(text)
        return problem


def problem(
    line: int, path: str, message: str, remedy: str, severity: Literal["error", "warning"] = "error"
) -> Problem:
    """Return a problem of the stack acme."""
    return Problem("Pulumi.acme.yaml", line, path, message, remedy, severity)
