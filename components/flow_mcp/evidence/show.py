"""What verified evidence says, for a person and for a program.

Those who signed it are trusted, the texts in it are still others': a terminal shows them and obeys none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from flow_mcp.declaration.findings import dotted
from flow_mcp.evidence.statement import Diff, Judgement, Statement, TenantEvidence
from flow_mcp.evidence.verify import Verified
from flow_mcp.showing import terminal


def lines(verified: Verified) -> Iterator[str]:
    """The evidence, line by line."""
    for signer in verified.signers:
        yield f"verified: signed by the key {signer}"
    if verified.strangers:
        yield f"  not looked at: {_count(verified.strangers, 'signature')} by other keys"
    predicate = verified.statement.predicate
    made_by = ", ".join(f"{tool} {number}" for tool, number in sorted(predicate.tools.items()))
    yield f"as of {predicate.as_of}, made by {terminal(made_by)}"
    yield f"judged by {_count(len(predicate.policies), 'rule')}{_each(predicate.policies.values())}"
    for tenant in predicate.tenants:
        yield ""
        yield from _tenant(tenant, verified.statement)


def as_json(verified: Verified) -> dict[str, Any]:
    """The same for a program, with all that was signed."""
    return {
        "verified": True,
        "signedBy": list(verified.signers),
        "otherSignatures": verified.strangers,
        "statement": verified.statement.model_dump(mode="json", by_alias=True, exclude_none=True),
    }


def _tenant(tenant: TenantEvidence, statement: Statement) -> Iterator[str]:
    document = tenant.settings.document()
    clients = sum(len(server.clients) for server in document.authorization_servers)
    yield f"{terminal(tenant.tenant)} (stack {terminal(tenant.stack)})"
    for subject in tenant.subjects(statement):
        yield f"  {terminal(subject.name)}: sha256 {subject.digest.sha256}"
    resources = _count(len(document.protected_resources), "protected resource")
    yield f"  settings: revision {tenant.settings.revision}, {resources}, {_count(clients, 'client')}"
    yield from _diff(tenant.diff, statement.predicate.base)
    yield f"  policies: {_count(len(tenant.judgements), 'finding')}{_each(j.kind for j in tenant.judgements)}"
    for judgement in tenant.judgements:
        yield from _judgement(judgement)


def _diff(diff: Diff | None, base: str | None) -> Iterator[str]:
    if diff is None:
        yield "  changes: not in this evidence"
        return
    than = f" since {terminal(base)}" if base else ""
    yield f"  changes{than}: {len(diff.changes) or 'none'}{_each(change.risk for change in diff.changes)}"
    for change in diff.changes:
        yield f"    {change.risk}: {terminal(change.text, 500)}"
    if diff.operations:
        operations = _count(len(diff.operations), "resource")
        yield f"  the engine was to change {operations}{_each(o.op for o in diff.operations)}"
    for unknown in diff.unknowns:
        yield f"    unknown: {terminal(unknown.subject)}: {terminal(unknown.text, 500)}"


def _judgement(judgement: Judgement) -> Iterator[str]:
    where = terminal(judgement.urn or dotted(judgement.path) or "tenant")
    what = f"{judgement.level}, {judgement.kind}: {terminal(judgement.rule_id)}"
    yield f"    {what}: {where}: {terminal(judgement.problem, 500)}"
    if waiver := judgement.waiver:
        accepted = f"{terminal(waiver.accepted_by)} until {waiver.expires}"
        yield f"      accepted by {accepted}: {terminal(waiver.reason, 500)}"


def _each(words: Iterable[str]) -> str:
    counted = ", ".join(f"{number} {terminal(word)}" for word, number in sorted(Counter(words).items()))
    return f" ({counted})" if counted else ""


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
