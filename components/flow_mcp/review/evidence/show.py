"""Show verified evidence to people and programs.

The signers are trusted, but texts in the evidence may come from others: they are escaped for the terminal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from flow_mcp.common.counted import counted
from flow_mcp.common.safe_text import terminal
from flow_mcp.declaration.findings import dotted
from flow_mcp.review.diff.document import DiffDocument, Finding, TenantEntry, UnknownEntry
from flow_mcp.review.evidence.statement import Statement, TenantEvidence
from flow_mcp.review.evidence.verify import Verified


def lines(verified: Verified) -> Iterator[str]:
    """Yield the lines that summarize the evidence."""
    for signer in verified.signers:
        yield f"verified: signed by the key {signer}"
    if verified.other_signatures:
        yield f"  not checked: {_count(verified.other_signatures, 'signature')} by other keys"
    predicate = verified.statement.predicate
    tools = ", ".join(f"{tool} {number}" for tool, number in sorted(predicate.tools.items()))
    yield f"as of {predicate.as_of}, created by {terminal(tools)}"
    levels = _frequencies(predicate.policies.values())
    yield f"evaluated with {_count(len(predicate.policies), 'rule')}{levels}"
    yield from _diff(predicate.diff)
    for tenant in predicate.tenants:
        yield ""
        yield from _tenant(tenant, verified.statement)


def as_json(verified: Verified) -> dict[str, Any]:
    """Return the evidence as JSON values, with the complete statement."""
    return {
        "verified": True,
        "signedBy": list(verified.signers),
        "otherSignatures": verified.other_signatures,
        "statement": verified.statement.model_dump(mode="json", by_alias=True, exclude_none=True),
    }


def _diff(diff: DiffDocument | None) -> Iterator[str]:
    if diff is None:
        yield "changes: not included"
        return
    source = f"since the commit {terminal(diff.base)}" if diff.base else f"from a {diff.source}"
    yield f"changes {source}, as of {diff.as_of}, {diff.digest}"
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
    for entry in diff.tenants if diff else ():
        if entry.stack == tenant.stack:
            yield from _changes(entry)
    kinds = _frequencies(finding.kind for finding in tenant.findings)
    yield f"  policies: {_count(len(tenant.findings), 'finding')}{kinds}"
    for finding in tenant.findings:
        yield from _finding(finding)


def _changes(entry: TenantEntry) -> Iterator[str]:
    risks = _frequencies(
        [*(change.risk for change in entry.changes), *(operation.risk for operation in entry.operations)]
    )
    changes, operations = _count(len(entry.changes), "change"), _count(len(entry.operations), "operation")
    yield f"  changes: {changes}, {operations}{risks}"
    for change in entry.changes:
        yield f"    {change.risk}: {terminal(change.text, 500)}"
    for unknown in entry.unknowns:
        yield from _unknown(unknown)
    for finding in entry.findings:
        # Findings for the declaration are listed below, evaluated for the day of the evidence.
        if finding.urn:
            yield from _finding(finding)


def _unknown(unknown: UnknownEntry) -> Iterator[str]:
    yield f"    unknown: {terminal(unknown.subject)}: {terminal(unknown.text, 500)}"


def _finding(finding: Finding) -> Iterator[str]:
    place = terminal(finding.urn or dotted(finding.path) or "tenant")
    rule = f"{finding.level}, {finding.kind}: {terminal(finding.rule)}"
    yield f"    {rule}: {place}: {terminal(finding.problem, 500)}"
    if waiver := finding.waiver:
        accepted = f"{terminal(waiver.accepted_by)} until {terminal(waiver.expires)}"
        yield f"      accepted by {accepted}: {terminal(waiver.reason, 500)}"


def _frequencies(words: Iterable[str]) -> str:
    frequencies = ", ".join(f"{number} {terminal(word)}" for word, number in sorted(Counter(words).items()))
    return f" ({frequencies})" if frequencies else ""


def _count(number: int, noun: str) -> str:
    return counted(number, noun) if number else f"no {noun}s"
