"""What verified evidence says, for a person and for a program.

Those who signed it are trusted, the texts in it are still others': a terminal shows them and obeys none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from flow_mcp.common.safe_text import terminal
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.document import DiffDocument, Finding, TenantEntry, UnknownEntry
from flow_mcp.review.evidence.statement import Statement, TenantEvidence
from flow_mcp.review.evidence.verify import Verified


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
    yield from _diff(predicate.diff)
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


def _diff(diff: DiffDocument | None) -> Iterator[str]:
    if diff is None:
        yield "what changed is not in it"
        return
    source = f"the commit {terminal(diff.base)}" if diff.base else f"a {diff.source}"
    yield f"compared with {source}, as of {diff.as_of}, {diff.digest}"
    for unknown in diff.unknowns:
        yield from _unknown(unknown)


def _tenant(tenant: TenantEvidence, statement: Statement) -> Iterator[str]:
    document, diff = tenant.settings.document(), statement.predicate.diff
    clients = sum(len(server.clients) for server in document.authorization_servers)
    yield f"{terminal(tenant.tenant)} (stack {terminal(tenant.stack)})"
    for subject in tenant.subjects(statement):
        yield f"  {terminal(subject.name)}: sha256 {subject.digest.sha256}"
    resources = _count(len(document.protected_resources), "protected resource")
    yield f"  settings: revision {tenant.settings.revision}, {resources}, {_count(clients, 'client')}"
    for told in diff.tenants if diff else ():
        if told.stack == tenant.stack:
            yield from _changes(told)
    yield f"  policies: {_count(len(tenant.findings), 'finding')}{_each(f.kind for f in tenant.findings)}"
    for finding in tenant.findings:
        yield from _finding(finding)


def _changes(told: TenantEntry) -> Iterator[str]:
    risks = _each([*(each.risk for each in told.changes), *(each.risk for each in told.operations)])
    changes, operations = _count(len(told.changes), "change"), _count(len(told.operations), "operation")
    yield f"  changed: {changes}, {operations}{risks}"
    for change in told.changes:
        yield f"    {change.risk}: {terminal(change.text, 500)}"
    for unknown in told.unknowns:
        yield from _unknown(unknown)
    for finding in told.findings:
        # Those on the declaration are told below, as they are on the day of the evidence.
        if finding.urn:
            yield from _finding(finding)


def _unknown(unknown: UnknownEntry) -> Iterator[str]:
    yield f"    unknown: {terminal(unknown.subject)}: {terminal(unknown.text, 500)}"


def _finding(finding: Finding) -> Iterator[str]:
    where = terminal(finding.urn or dotted(finding.path) or "tenant")
    what = f"{finding.level}, {finding.kind}: {terminal(finding.rule)}"
    yield f"    {what}: {where}: {terminal(finding.problem, 500)}"
    if waiver := finding.waiver:
        accepted = f"{terminal(waiver.accepted_by)} until {terminal(waiver.expires)}"
        yield f"      accepted by {accepted}: {terminal(waiver.reason, 500)}"


def _each(words: Iterable[str]) -> str:
    counted = ", ".join(f"{number} {terminal(word)}" for word, number in sorted(Counter(words).items()))
    return f" ({counted})" if counted else ""


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
