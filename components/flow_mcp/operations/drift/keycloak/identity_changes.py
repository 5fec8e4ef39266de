"""Drift of identity providers and of the links of people to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted

_KEYS = frozenset({"bundleEndpoint", "issuer", "jwksUrl", "trustDomain", "useJwksUrl", "validateSignature"})


def identity_provider(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of an identity provider whose tokens authenticate programs or identify people."""
    subject = Subject(resource, "identity provider")
    if resource.after is None:
        yield subject.deleted(f"The identity provider {resource.name} was deleted.", "client-removed")
        return
    for text in subject.added("deviations"):
        text = f"{text} for the identity provider {resource.name}."
        yield subject.changed("deviations", text, None, risk=Risk.HIGH, after=text)
    for name in resource.changed:
        if name == "config":
            yield from _settings(subject, subject.before(name) or {}, subject.after(name) or {})
        elif name != "deviations":
            yield subject.other(name, Risk.HIGH)


def _settings(subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Drift]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            text = f"{key} of the identity provider {subject.name} is {quoted(str(new or 'not set'))}."
            kind = "enterprise-keys-change" if key in _KEYS else None
            risk = None if kind else Risk.HIGH
            yield subject.changed(f"config.{key}", text, kind, risk=risk, before=old, after=new)


def linked_people(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of the links of users to their accounts at a company's identity provider."""
    subject = Subject(resource, "links")
    if resource.after is None:
        text = f"The links of {resource.name} were deleted."
        yield subject.deleted(text, "enterprise-person-unlinked")
        return
    before, after = subject.before("subjects") or {}, subject.after("subjects") or {}
    for user in sorted(before.keys() | after.keys()):
        old, new = before.get(user), after.get(user)
        if new is None:
            text = f"{quoted(user)} is no longer linked."
            yield subject.changed("subjects", text, "enterprise-person-unlinked", before=old)
        elif new != old:
            text = f"{quoted(user)} is linked to the subject {quoted(str(new))}."
            yield subject.changed("subjects", text, "enterprise-person-linked", before=old, after=new)
