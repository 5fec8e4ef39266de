"""Create the statement to sign from a project's declarations, policies and settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.common.safe_text import terminal
from flow_mcp.declaration.access import snapshot
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.review.diff import base
from flow_mcp.review.diff.document import DiffDocument, document, finding
from flow_mcp.review.evidence.errors import EvidenceError
from flow_mcp.review.evidence.statement import Declared, Predicate, Statement, TenantEvidence
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.report.delivered import differences
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

# The tools that evaluate rules, compute settings and sign.
_TOOLS = ("flow-mcp", "pulumi", "securesystemslib")


@dataclass(frozen=True)
class Declarations:
    """The declarations of some stacks, with the policies of their project.

    Attributes:
        project: the project of the stacks.
        files: the contents of the stacks' files by stack.
        by_stack: the declarations by stack.
        pack: the policy pack.
    """

    project: Project
    files: Mapping[str, bytes]
    by_stack: Mapping[str, Declaration]
    pack: Pack

    @classmethod
    def read(cls, project: Project, files: Mapping[str, Path]) -> Declarations:
        """Read the declarations and the policy pack.

        Raises:
            DeclarationError: a declaration is invalid.
            PolicyPackError: the policy pack cannot be loaded.
        """
        instance = instance_of(project.file)
        return cls(
            project,
            {stack: file.read_bytes() for stack, file in files.items()},
            {stack: from_file(file, instance).declaration for stack, file in files.items()},
            Pack.load(project.policies),
        )

    def since(self, revision: str, as_of: date) -> DiffDocument:
        """Return the changes since a git revision.

        Raises:
            GitError: the revision cannot be read.
        """
        base_project, policy = base.Base.read(self.project, revision), base.PolicyInputs(self.pack, as_of)
        return document(base.outcome(self.project, base_project, self.by_stack, self.by_stack, policy))


def statement(
    declarations: Declarations,
    settings: Callable[[str, str], SettingsEnvelope],
    diff: DiffDocument | None,
    as_of: date,
) -> Statement:
    """Return the statement about some tenants.

    Args:
        declarations: the declarations of the tenants.
        settings: returns the settings of a stack and tenant.
        diff: the changes, if they are to be included.
        as_of: the day for which the rules are evaluated.

    Raises:
        EvidenceError: the diff does not cover a stack, or the settings of a stack do not match its file.
    """
    tenants = []
    for stack, declaration in declarations.by_stack.items():
        if diff and stack not in (tenant.stack for tenant in diff.tenants):
            raise EvidenceError(f"the diff does not cover the stack {stack}; create one that does")
        envelope = settings(stack, declaration.tenant.id)
        _require_matching_settings(stack, declaration, envelope.document())
        tenants.append(
            TenantEvidence(
                tenant=declaration.tenant.id,
                stack=stack,
                declaration=Declared(
                    instance=_normal(declaration.instance), tenant=_normal(declaration.tenant)
                ),
                findings=tuple(map(finding, evaluate(declarations.pack, declaration, as_of))),
                settings=envelope,
            )
        )
    configured = sorted(declarations.pack.configured.items())
    predicate = Predicate(
        as_of=as_of.isoformat(),
        tools={tool: version(tool) for tool in _TOOLS},
        policies={rule: configuration.level for rule, configuration in configured},
        diff=diff,
        tenants=tuple(sorted(tenants, key=lambda tenant: tenant.tenant)),
    )
    return Statement.of(predicate, declarations.files)


def _require_matching_settings(stack: str, declaration: Declaration, settings: SettingsDocument) -> None:
    """Check that the settings come from this declaration: evidence that combined others would mislead."""
    if mismatch := "; ".join(differences(settings, snapshot(declaration))):
        raise EvidenceError(
            f"the settings of the stack {stack} do not match its file: {terminal(mismatch, 1_000)}. "
            f"Apply the file first (`pulumi up --stack {stack}`), or check out the applied revision"
        )


def _normal(part: Any) -> dict[str, Any]:
    normal: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return normal
