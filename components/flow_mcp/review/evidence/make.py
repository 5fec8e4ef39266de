"""From a project's declarations, policies and settings to the statement that is signed."""

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

# What judges, decides and signs; what only helps is not named.
_TOOLS = ("flow-mcp", "pulumi", "securesystemslib")


@dataclass(frozen=True)
class Declarations:
    """What some stacks' files declare.

    Attributes:
        project: where they are, and the policies that judge them.
        files: the files' contents by stack.
        by_stack: what they declare.
        pack: the policies.
    """

    project: Project
    files: Mapping[str, bytes]
    by_stack: Mapping[str, Declaration]
    pack: Pack

    @classmethod
    def read(cls, project: Project, files: Mapping[str, Path]) -> Declarations:
        """Read them.

        Raises:
            DeclarationError: a declaration is wrong.
            PolicyPackError: the policies cannot be loaded.
        """
        instance = instance_of(project.file)
        return cls(
            project,
            {stack: file.read_bytes() for stack, file in files.items()},
            {stack: from_file(file, instance).declaration for stack, file in files.items()},
            Pack.load(project.policies),
        )

    def since(self, revision: str, as_of: date) -> DiffDocument:
        """What changed since a git revision.

        Raises:
            GitError: it cannot be read.
        """
        base_project, policy = base.Base.read(self.project, revision), base.PolicyInputs(self.pack, as_of)
        return document(base.outcome(self.project, base_project, self.by_stack, self.by_stack, policy))


def statement(
    declarations: Declarations,
    settings: Callable[[str, str], SettingsEnvelope],
    diff: DiffDocument | None,
    as_of: date,
) -> Statement:
    """The statement about some tenants.

    Args:
        declarations: what was declared.
        settings: what came of it, by stack and tenant.
        diff: what changed, if that is asked for.
        as_of: the day on which policies are judged.

    Raises:
        EvidenceError: the diff says nothing of a stack, or its settings are not what its file declares.
    """
    tenants = []
    for stack, declaration in declarations.by_stack.items():
        if diff and stack not in (told.stack for told in diff.tenants):
            raise EvidenceError(f"the diff says nothing of the stack {stack}; make one that does")
        envelope = settings(stack, declaration.tenant.id)
        _agrees(stack, declaration, envelope.document())
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
        policies={rule: each.level for rule, each in configured},
        diff=diff,
        tenants=tuple(sorted(tenants, key=lambda each: each.tenant)),
    )
    return Statement.of(predicate, declarations.files)


def _agrees(stack: str, declaration: Declaration, settings: SettingsDocument) -> None:
    """Evidence that joined a declaration with what came of another one would mislead."""
    if found := "; ".join(differences(settings, snapshot(declaration))):
        raise EvidenceError(
            f"the settings of the stack {stack} are not what its file declares: {terminal(found, 1_000)}. "
            f"Apply the file first (`pulumi up --stack {stack}`), or check out what was applied"
        )


def _normal(part: Any) -> dict[str, Any]:
    normal: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return normal
