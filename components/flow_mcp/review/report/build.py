"""Build the report from its sources; a tenant with an invalid file is included too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.access import snapshot
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.findings import Problem as FileProblem
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.engine.project import Project
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.report import delivered, policies
from flow_mcp.review.report.access import declared
from flow_mcp.review.report.backend import NOT_ASKED, Backend
from flow_mcp.review.report.declared import Problem
from flow_mcp.review.report.delivered import NOT_READ, Delivered
from flow_mcp.review.report.document import Counts, Report, Settings, Tenant
from flow_mcp.review.report.text import safe_text
from flow_mcp.settings import SettingsDocument

_IN_FORCE = {"holding", "not-judged"}


@dataclass(frozen=True)
class Sources:
    """The sources of the report other than the declarations.

    Attributes:
        delivered: exported settings, if they are to be compared.
        backend: values from Pulumi's backend by stack, if it was read.
    """

    delivered: Delivered | None = None
    backend: Mapping[str, Backend] | None = field(default=None)


def build(project: Project, stacks: Sequence[str], sources: Sources, as_of: date) -> Report:
    """Return the report of some stacks.

    Args:
        project: the project of the stacks, with its policy pack.
        stacks: the names of the stacks.
        sources: the other sources.
        as_of: the day for which ages and waivers are evaluated.

    Raises:
        NoProjectError: a stack has no file.
        PolicyPackError: the policy pack cannot be loaded.
    """
    pack, instance = Pack.load(project.policies), instance_of(project.file)
    tenants: list[Tenant] = []
    owners: dict[str, str] = {}
    for stack, file in project.stack_files(sorted(set(stacks))).items():
        try:
            loaded = from_file(file, instance)
        except DeclarationError as error:
            tenants.append(_invalid_tenant(stack, error.problems, sources))
        else:
            shared = tuple(duplicate_claims(loaded, stack, owners))
            tenants.append(_tenant(stack, loaded, shared, pack, sources, as_of))
    complete = set(stacks) == set(project.stacks())
    strays = tuple(sources.delivered.strays()) if sources.delivered and complete else ()
    return Report(
        as_of=as_of.isoformat(),
        complete=complete,
        settings_read=sources.delivered is not None,
        stacks_read=sources.backend is not None,
        counts=_counts(tenants),
        rules=policies.rules(pack, [tenant.findings for tenant in tenants]),
        tenants=tuple(tenants),
        strays=strays,
    )


def _invalid_tenant(stack: str, problems: Sequence[FileProblem], sources: Sources) -> Tenant:
    backend = _backend(stack, sources)
    reason = "the tenant's file is invalid, so there is nothing to compare with"
    unread = Settings(reading="failed", reason=reason)
    return Tenant(
        stack=safe_text(stack),
        refused=True,
        risk="refused",
        blocked=True,
        problems=_problems(problems),
        findings=(),
        waivers=(),
        delivered=unread if sources.delivered else NOT_READ,
        applied=unread if sources.backend else NOT_READ,
        update=backend.update,
        drift=backend.drift,
    )


def _tenant(
    stack: str, loaded: Loaded, shared: tuple[FileProblem, ...], pack: Pack, sources: Sources, as_of: date
) -> Tenant:
    declaration, backend = loaded.declaration, _backend(stack, sources)
    access = snapshot(declaration)
    findings = tuple(policies.finding(rule_result) for rule_result in evaluate(pack, declaration, as_of))
    documents = (
        sources.delivered.document(access.tenant) if sources.delivered else None,
        backend.document,
    )
    return Tenant(
        stack=safe_text(stack),
        refused=False,
        risk=policies.risk(findings),
        blocked=bool(shared) or any(finding.blocks for finding in findings),
        problems=_problems((*shared, *loaded.warnings)),
        declared=declared(access, declaration.instance.server, _client_ids(documents), as_of),
        findings=findings,
        waivers=policies.waived(declaration.tenant.waivers, pack, findings, as_of),
        delivered=sources.delivered.settings(access) if sources.delivered else NOT_READ,
        applied=backend.settings(access),
        update=backend.update,
        drift=backend.drift,
    )


def _backend(stack: str, sources: Sources) -> Backend:
    return sources.backend[stack] if sources.backend is not None else NOT_ASKED


def _client_ids(documents: Sequence[SettingsDocument | None]) -> dict[str, str]:
    """Return client IDs by name; the stack's document, which comes last, takes precedence."""
    return {
        name: client_id
        for document in documents
        if document
        for name, client_id in delivered.client_ids(document).items()
    }


def _problems(problems: Sequence[FileProblem]) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            severity=problem.severity,
            file=safe_text(Path(problem.file).name),
            line=problem.line,
            path=safe_text(problem.path),
            message=safe_text(problem.message),
            remedy=safe_text(problem.remedy),
        )
        for problem in problems
    )


def _counts(tenants: Sequence[Tenant]) -> Counts:
    findings = Counter(
        finding.kind for tenant in tenants for finding in tenant.findings if not finding.waived
    )
    waivers = Counter(waiver.state in _IN_FORCE for tenant in tenants for waiver in tenant.waivers)
    declarations = [tenant.declared for tenant in tenants if tenant.declared]
    secrets = Counter(
        client.secret.state
        for declaration in declarations
        for client in declaration.clients
        if client.secret is not None
    )
    settings = [(tenant.delivered, tenant.applied) for tenant in tenants]
    return Counts(
        tenants=len(tenants),
        refused=sum(tenant.refused for tenant in tenants),
        blocked=sum(tenant.blocked for tenant in tenants),
        violations=findings["violation"],
        failed=findings["failed"],
        waivers_holding=waivers[True],
        waivers_void=waivers[False],
        secrets_expired=secrets["expired"],
        secrets_expiring=secrets["expiring"],
        secrets_undeclared=secrets["undeclared"],
        open_registration=sum(
            any(method.open for method in declaration.ways) for declaration in declarations
        ),
        different=sum(any(version.differences for version in versions) for versions in settings),
        settings_unknown=sum(all(version.reading != "read" for version in versions) for versions in settings),
        drifted=sum(bool(tenant.drift.changed) for tenant in tenants),
        drift_unknown=sum(tenant.drift.reading != "read" for tenant in tenants),
    )
