"""A project for reports, with its own policy pack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.review.report.build import Sources, build
from flow_mcp.review.report.document import Report, Tenant
from flow_mcp.settings import SettingsDocument
from tests.unit.declared import PROJECT_FILE, write_pack

DAY = date(2026, 11, 25)

_IMPORTS = "from flow_mcp.review.policy.rule import Reference, Rule, Severity, Violation\n"
RULES = {
    "no_manual": """
class NoManual(Rule):
    id, severity, message, remedy = "TEST-001", Severity.HIGH, "Nothing is manual.", "Let the stack make it."
    references = (Reference("A page", "https://page.example/"), Reference("A bad one", "javascript:alert(1)"))
    good = bad = ()

    def in_declaration(self, declaration, context):
        for name in declaration.tenant.manual_registrations:
            yield Violation(("manualRegistrations", name), "is manual")
""",
    "on_resources": """
class OnResources(Rule):
    id, severity, message, remedy = "TEST-002", Severity.CRITICAL, "Resources are good.", "Make them so."
    references = good = bad = ()

    def in_resource(self, resource, context):
        yield from ()
""",
    "raises": """
class Raises(Rule):
    id, severity, message, remedy = "TEST-003", Severity.LOW, "It can be evaluated.", "Fix it."
    references = good = bad = ()

    def in_declaration(self, declaration, context):
        if declaration.tenant.id == "raising":
            raise KeyError("s3cret")
        yield from ()
""",
}
CONFIGURATION = {
    "TEST-001": {"enforcementLevel": "mandatory", "waivableBy": ["ciso"]},
    "TEST-002": {"enforcementLevel": "mandatory", "waivableBy": ["ciso"]},
    "TEST-003": "advisory",
}


@dataclass(frozen=True)
class Showcase:
    """A project in which tests declare tenants."""

    project: Project

    @classmethod
    def at(cls, directory: Path) -> Showcase:
        """Create a project without tenants, with the policy pack above."""
        (directory / "stacks").mkdir(parents=True)
        (directory / "Pulumi.yaml").write_text(PROJECT_FILE, "utf-8")
        rules = {name: _IMPORTS + source for name, source in RULES.items()}
        write_pack(directory / "policies", rules, CONFIGURATION)
        return cls(Project(directory))

    def declare(self, stack: str, **tenant: object) -> None:
        """Declare a tenant with its own Keycloak realm; the given keys replace the default ones."""
        values = {
            "id": stack,
            "workspaces": {"456": {"environments": ["production", "test"]}},
            "authorizationServer": {
                "keycloak": {"url": "https://id.acme.example", "realm": {"name": stack, "create": True}}
            },
            **tenant,
        }
        self.write(stack, json.dumps({"config": {"flow-mcp:tenant": values}}, indent=1, ensure_ascii=False))

    def write(self, stack: str, text: str) -> None:
        """Write the text of a stack's file."""
        (self.project.directory / "stacks" / f"Pulumi.{stack}.yaml").write_text(text, "utf-8")

    def declaration(self, stack: str) -> Declaration:
        """Return the declaration of a stack's file."""
        return from_file(self.project.stack_file(stack), instance_of(self.project.file)).declaration

    def document(self, stack: str) -> SettingsDocument:
        """Return the settings of a stack's file, for a server whose client IDs are declared."""
        declaration = self.declaration(stack)
        return declaration.kind.settings(declaration, {})

    def report(
        self, sources: Sources | None = None, as_of: date = DAY, stacks: Sequence[str] | None = None
    ) -> Report:
        """Return the report of all tenants, or of some."""
        return build(self.project, stacks or self.project.stacks(), sources or Sources(), as_of)

    def tenant(self, stack: str, sources: Sources | None = None, as_of: date = DAY) -> Tenant:
        """Return one tenant of the report of all tenants."""
        return next(entry for entry in self.report(sources, as_of).tenants if entry.stack == stack)
