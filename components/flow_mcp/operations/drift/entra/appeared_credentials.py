"""Unmanaged secrets, certificates, federated credentials and owners of the tenant's applications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from flow_mcp.authorization_servers.entra.adoption.content import Content
from flow_mcp.authorization_servers.representations import Representation, objects, text, texts
from flow_mcp.operations.drift.drift import Appeared, AppearedKind
from flow_mcp.operations.drift.entra.managed import Managed
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list


@dataclass(frozen=True)
class _Owner:
    """A managed application or service principal, which has the credentials.

    Attributes:
        name: client name, or key of the protected resource.
        label: its name in a sentence.
        opens: the protected resources that the client reaches; empty for an API.
    """

    name: str
    label: str
    opens: tuple[str, ...]


def credentials(managed: Managed, content: Content, name: str, as_of: date) -> Iterator[Appeared]:
    """Yield what was added to a managed application and its service principal without Pulumi.

    Args:
        managed: the managed objects.
        content: the Entra tenant.
        name: client name, or key of the protected resource.
        as_of: the day on which expired credentials open nothing.
    """
    client = managed.declaration.tenant.clients.get(name)
    reached = managed.declaration.reached_by(client.access) if client else ()
    opens = tuple(resource.key for resource in reached)
    resource, owner = managed.applications[name], _Owner(name, name, opens)
    object_id = str(resource.before.get("objectId"))
    application, principal = content.application_by_id(object_id), managed.principal(name, content)
    left = _left(managed, name, application)
    yield from _expiring(application, owner, managed.credentials | left, as_of)
    for entry in content.federated_credentials_by_id(object_id):
        if text(entry, "id") not in managed.credentials:
            yield _federated(entry, owner)
    yield from _owners(application, resource, owner)
    if principal is not None:
        owner = _Owner(name, f"the service principal of {name}", opens)
        yield from _expiring(principal, owner, managed.credentials, as_of)
        if name in managed.principals:
            yield from _owners(principal, managed.principals[name], owner)


def _left(managed: Managed, name: str, application: Representation) -> frozenset[str]:
    """Return the IDs of the declared secrets that existed before the stack: the last of each day."""
    client = managed.declaration.tenant.clients.get(name)
    if client is None or client.secret is None:
        return frozenset()
    left = set()
    for day in (client.secret.issued, client.secret.previous):
        if day and managed.declaration.tenant.leaves("ApplicationPassword", f"{name}/{day}"):
            same_day = [
                (text(entry, "endDateTime"), text(entry, "keyId"))
                for entry in objects(application, "passwordCredentials")
                if text(entry, "startDateTime").startswith(str(day))
            ]
            left |= {key_id for _, key_id in sorted(same_day)[-1:]}
    return frozenset(left)


def _expiring(
    present: Representation, owner: _Owner, known: frozenset[str], as_of: date
) -> Iterator[Appeared]:
    kinds: tuple[tuple[AppearedKind, str, str], ...] = (
        ("secret", "secret", "passwordCredentials"),
        ("certificate", "certificate", "keyCredentials"),
    )
    for kind, noun, listed in kinds:
        for entry in objects(present, listed):
            key_id = text(entry, "keyId")
            if key_id in known:
                continue
            name, end = text(entry, "displayName"), text(entry, "endDateTime")
            shown = f"{quoted(key_id)} ({quoted(name)})" if name else quoted(key_id)
            until = f", valid until {quoted(end[:10])}," if end else ""
            subject = f"The {noun} {shown} of {owner.label}{until}"
            yield _credential(kind, key_id, owner, subject, expired=_is_expired(end, as_of))


def _federated(entry: Representation, owner: _Owner) -> Appeared:
    subject = text(entry, "subject")
    subjects = quoted(subject) if subject else "the subjects that its expression matches"
    sentence = (
        f"The federated credential {quoted(text(entry, 'name'))} of {owner.label}, for {subjects} at "
        f"{quoted(text(entry, 'issuer'))},"
    )
    return _credential("federated-credential", text(entry, "name"), owner, sentence, expired=False)


def _credential(kind: AppearedKind, name: str, owner: _Owner, subject: str, *, expired: bool) -> Appeared:
    opens = () if expired else owner.opens
    effect = (
        "opens nothing: it has expired"
        if expired
        else f"opens {quoted_list(opens)}"
        if opens
        else "opens no protected resource"
    )
    return Appeared(kind, name, owner.name, f"{subject} {effect}.", Risk.HIGH if opens else Risk.LOW, opens)


def _owners(present: Representation, resource: Resource, owner: _Owner) -> Iterator[Appeared]:
    """Yield added owners, unless the property is drift already."""
    known = texts(resource.before, "owners")
    if "owners" not in resource.changed:
        for object_id in texts(present, "owners"):
            if object_id not in known:
                sentence = f"The owner {quoted(object_id)} of {owner.label} can add credentials to it."
                yield Appeared("owner", object_id, owner.name, sentence, Risk.LOW)


def _is_expired(end: str, as_of: date) -> bool:
    """Return whether a credential ended before a day. One whose end cannot be read counts as valid."""
    try:
        return datetime.fromisoformat(end).date() < as_of
    except ValueError:
        return False
