"""Changes of the company identity providers whose identity assertions clients redeem."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.enterprise_issuer import EnterpriseIssuer
from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list
from flow_mcp.review.diff.kinds import change

_PATH: Path = ("enterprise",)


def enterprise_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of trusted issuers, of the clients that redeem their assertions, and of links."""
    if not before_after.field_changes.take(*map(str, _PATH)):
        return
    old, new = _entries(before_after.before), _entries(before_after.after)
    for issuer in sorted({*old, *new}):
        before, after = old.get(issuer), new.get(issuer)
        if before is None and after is not None:
            users = sorted(after.linked_people or ())
            people = f" Linked people: {quoted_list(users)}." if users else ""
            text = (
                f"{quoted_list(sorted(after.clients))} can redeem identity assertions of {quoted(issuer)}, "
                f"whose keys are at {quoted(after.jwks_url)}.{people}"
            )
            yield change("enterprise-issuer-added", _subject(issuer), _PATH, text, after=_value(after))
        elif after is None and before is not None:
            text = f"Identity assertions of {quoted(issuer)} are no longer redeemed."
            yield change("enterprise-issuer-removed", _subject(issuer), _PATH, text, before=_value(before))
        elif before is not None and after is not None:
            yield from _changes(before, after)


def _changes(before: EnterpriseIssuer, after: EnterpriseIssuer) -> Iterator[Change]:
    issuer, subject = quoted(after.issuer), _subject(after.issuer)
    if before.jwks_url != after.jwks_url:
        text = f"The keys of {issuer} are at {quoted(after.jwks_url)}; before, at {quoted(before.jwks_url)}."
        yield change(
            "enterprise-keys-change", subject, _PATH, text, before=before.jwks_url, after=after.jwks_url
        )
    for name in sorted({*after.clients} - {*before.clients}):
        text = f"{name} can redeem identity assertions of {issuer}."
        yield change("enterprise-client-added", subject, _PATH, text, after=name)
    for name in sorted({*before.clients} - {*after.clients}):
        text = f"{name} can no longer redeem identity assertions of {issuer}."
        yield change("enterprise-client-removed", subject, _PATH, text, before=name)
    old, new = before.linked_people or {}, after.linked_people or {}
    for user in sorted({*old, *new}):
        earlier, later = old.get(user), new.get(user)
        if later is not None and later != earlier:
            text = f"The subject {quoted(later)} of {issuer} signs in as {quoted(user)}."
            yield change("enterprise-person-linked", subject, _PATH, text, before=earlier, after=later)
        elif later is None:
            text = f"{quoted(user)} is no longer linked to {issuer} by the stack."
            yield change("enterprise-person-unlinked", subject, _PATH, text, before=earlier)


def _entries(declaration: Declaration | None) -> dict[str, EnterpriseIssuer]:
    return {entry.issuer: entry for entry in (declaration.tenant.enterprise or ())} if declaration else {}


def _subject(issuer: str) -> str:
    return f"company {issuer}"


def _value(entry: EnterpriseIssuer) -> object:
    return entry.model_dump(mode="json", by_alias=True, exclude_none=True)
