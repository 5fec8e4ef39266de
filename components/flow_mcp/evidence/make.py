"""From a project's declarations, policies and settings to the statement that is signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flow_mcp.access import snapshot
from flow_mcp.declaration.load import from_file, instance_of
from flow_mcp.declaration.tenant import Declaration
from flow_mcp.evidence.errors import EvidenceError
from flow_mcp.evidence.statement import Declared, Diff, Judgement, Predicate, Statement, TenantEvidence
from flow_mcp.policy.judge import judge
from flow_mcp.policy.pack import Pack
from flow_mcp.project import Project
from flow_mcp.settings import SettingsDocument, SettingsEnvelope

if TYPE_CHECKING:
    from pathlib import Path

# What judges, decides and signs; what only helps is not named.
_TOOLS = ("flow-mcp", "pulumi", "securesystemslib")


@dataclass(frozen=True)
class Diffs:
    """What changed.

    Attributes:
        base: what it is compared with.
        by_stack: each stack's diff.
    """

    base: str | None
    by_stack: Mapping[str, Diff]


def statement(
    project: Project,
    stacks: Mapping[str, Path],
    settings: Mapping[str, SettingsEnvelope],
    diffs: Diffs | None,
    as_of: date,
) -> Statement:
    """The statement about some tenants.

    Args:
        project: where they are declared, and the policies that judge them.
        stacks: the stacks' files by name.
        settings: what came of them, by stack.
        diffs: what changed, if that is asked for.
        as_of: the day on which policies are judged.

    Raises:
        DeclarationError: a declaration is wrong.
        PolicyPackError: the policies cannot be loaded.
        EvidenceError: a stack has no diff, or its settings are not what its file declares.
    """
    instance, pack = instance_of(project.file), Pack.load(project.policies)
    tenants = []
    for stack, file in stacks.items():
        declaration = from_file(file, instance).declaration
        if diffs and stack not in diffs.by_stack:
            raise EvidenceError(f"the diff says nothing of the stack {stack}; make it with this one in it")
        _agrees(stack, declaration, settings[stack].document())
        tenants.append(
            TenantEvidence(
                tenant=declaration.tenant.id,
                stack=stack,
                declaration=Declared(
                    instance=_normal(declaration.instance), tenant=_normal(declaration.tenant)
                ),
                diff=diffs.by_stack[stack] if diffs else None,
                judgements=tuple(
                    Judgement.model_validate(each, from_attributes=True, strict=False)
                    for each in judge(pack, declaration, as_of)
                ),
                settings=settings[stack],
            )
        )
    predicate = Predicate(
        as_of=as_of.isoformat(),
        base=diffs.base if diffs else None,
        tools={tool: version(tool) for tool in _TOOLS},
        policies={rule: configured.level for rule, configured in sorted(pack.configured.items())},
        tenants=tuple(sorted(tenants, key=lambda each: each.tenant)),
    )
    return Statement.of(predicate, {stack: file.read_bytes() for stack, file in stacks.items()})


def _agrees(stack: str, declaration: Declaration, document: SettingsDocument) -> None:
    """Evidence that joined a declaration with what came of another one would mislead."""
    access = snapshot(declaration)
    server = next((each for each in document.authorization_servers if each.kind == access.kind), None)
    if server is None or access.authority not in (None, server.authority):
        what = "authorization server"
    else:
        declared = {client.name: set(client.resources) for client in access.clients}
        # A way in that is no declared client, such as VS Code at Entra, is listed as a manual one.
        made = {
            client.name: set(client.access)
            for client in server.clients
            if client.registration == "managed" or client.name in declared
        }
        if document.tenant == declaration.tenant.id and declared == made:
            return
        what = "tenant, clients or their access"
    raise EvidenceError(
        f"the settings of the stack {stack} are not what its file declares: another {what}; apply the file "
        f"first (`pulumi up --stack {stack}`), or check out what was applied"
    )


def _normal(part: Any) -> dict[str, Any]:
    normal: dict[str, Any] = part.model_dump(mode="json", by_alias=True, exclude_none=True)
    return normal
