"""Drift of a realm, its registration policies, client policies and metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.authorization_servers.keycloak.names import OWNER_ATTRIBUTE
from flow_mcp.authorization_servers.keycloak.registration_policies import (
    DEFAULTS,
    HOSTS,
    LIMIT,
    ORIGINS,
    SCOPES,
)
from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted

_WEAKENING = {
    "registrationAllowed": ("Anyone can create an account in the realm.", "everyone-gains-access"),
    "sslRequired": ("The realm accepts requests without TLS in more cases.", None),
    "securityDefenses": ("The realm no longer detects brute force attacks on passwords.", None),
    "verifyEmail": ("The realm's setting for verified e-mail addresses changed.", None),
    "enabled": ("The realm is disabled: no one gets a token.", None),
}
_LISTS = {
    "redirectHosts": "may have the redirect host",
    "senderHosts": "may come from",
    "allowedScopes": "may request the scope",
    "corsOrigins": "may come from pages of",
}
_PROPERTIES_OF_POLICY = {
    HOSTS: frozenset({"open", "redirectHosts"}),
    SCOPES: frozenset({"allowedScopes"}),
    ORIGINS: frozenset({"corsOrigins"}),
    LIMIT: frozenset({"maximumClients"}),
}
_ENDPOINTS = frozenset({"issuer", "tokenEndpoint", "jwksUri", "authorizationEndpoint"})


def realm(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of the stack's own realm."""
    subject = Subject(resource, "realm")
    name = quoted(str(resource.before.get("realm", resource.name)))
    if resource.after is None:
        text = f"The realm {name} was deleted, including everything that the stack created in it."
        yield subject.deleted(text, None, risk=Risk.HIGH)
        return
    for key in resource.changed:
        before, after = subject.before(key), subject.after(key)
        if key == "attributes":
            yield from _attributes(subject, before or {}, after or {})
        elif key in _WEAKENING:
            text, kind = _WEAKENING[key]
            risk = None if kind else Risk.HIGH
            yield subject.changed(key, text, kind, risk=risk, before=before, after=after)
        else:
            yield subject.other(key)


def _attributes(
    subject: Subject, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[Drift]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        text = (
            "The realm no longer has the owner mark."
            if key == OWNER_ATTRIBUTE
            else f"The realm's attribute {quoted(key)} is {quoted(str(new or 'not set'))}."
        )
        yield subject.changed(f"attributes.{key}", text, None, risk=Risk.MEDIUM, before=old, after=new)


def registration(resource: Resource, deleted: frozenset[str]) -> Iterator[Drift]:
    """Yield the drift of dynamic client registration.

    Args:
        resource: the realm's anonymous registration.
        deleted: names of deleted client scopes.
    """
    subject = Subject(resource, "registration")
    if resource.after is None:
        yield subject.deleted("The realm's registration policies were deleted.", "registration-widens")
        return
    deviations = tuple(subject.added("deviations"))
    for text in deviations:
        yield subject.changed("deviations", f"Registration: {text}.", "registration-widens", after=text)
    missing = {
        provider for provider, name in DEFAULTS.items() if f"the policy {name} is missing" in deviations
    }
    reported = {name for provider in missing for name in _PROPERTIES_OF_POLICY.get(provider, ())}
    for name in resource.changed:
        if name not in {"deviations", *reported}:
            yield from _registration_property(subject, name, deleted)


def _registration_property(subject: Subject, name: str, deleted: frozenset[str]) -> Iterator[Drift]:
    before, after = subject.before(name), subject.after(name)
    if name == "open":
        text = "Anyone can register clients." if after else "Clients can no longer register."
        kind = "registration-opens" if after else "registration-closes"
        yield subject.changed(name, text, kind, before=before, after=after)
    elif name in _LISTS:
        # Without sender hosts, Keycloak does not check the sender.
        wider, narrower = "registration-widens", "registration-narrows"
        for entry in subject.added(name):
            kind = wider if before or name != "senderHosts" else narrower
            yield subject.changed(name, f"Registrations {_LISTS[name]} {quoted(entry)}.", kind, after=entry)
        for entry in subject.removed(name):
            if name == "allowedScopes" and entry in deleted:
                continue
            kind = narrower if after or name != "senderHosts" else wider
            text = f"Registrations no longer {_LISTS[name]} {quoted(entry)}.".replace("longer may", "longer")
            yield subject.changed(name, text, kind, before=entry)
    elif name == "maximumClients":
        kind = "registration-widens" if int(after or 0) > int(before or 0) else "registration-narrows"
        text = f"The realm may have {after} clients; the stack set {before}."
        yield subject.changed(name, text, kind, before=before, after=after)
    elif name == "realmOptionalScopes":
        for scope in subject.removed(name):
            if scope not in deleted:
                text = f"Clients with dynamic registration no longer get the scope {quoted(scope)}."
                yield subject.changed(name, text, "registration-loses-access", before=scope)
    elif name == "realmId":
        text = "The realm was deleted and recreated: it has other keys and users."
        yield subject.changed(name, text, None, risk=Risk.HIGH, before=before, after=after)
    else:
        yield subject.other(name)


def claim(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of the stack's claim to the tenant."""
    subject = Subject(resource, "claim")
    yield subject.deleted("The stack's claim was deleted: another stack could also manage the tenant.", None)


def client_policy(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of a client policy or profile, the rules for clients of registration methods."""
    subject = Subject(resource, "client policy")
    label = resource.name.replace("-", " ")
    if resource.after is None:
        text = f"The client {label} was deleted: its rules no longer apply."
        yield subject.deleted(text, "registration-widens")
        return
    for name in resource.changed:
        both = {"before": subject.before(name), "after": subject.after(name)}
        if name == "enabled":
            text = f"The client {label} is {'enabled' if subject.after(name) else 'disabled'}."
        else:
            text = f"The client {label} has different {name}."
        yield subject.changed(name, text, "registration-widens", **both)


def metadata(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of the authorization server's metadata."""
    subject = Subject(resource, "metadata")
    if resource.after is None:
        text = f"The server no longer publishes {quoted(str(resource.before.get('metadataUrl')))}."
        yield subject.deleted(text, None, risk=Risk.HIGH)
        return
    for name in resource.changed:
        yield subject.other(name, None if name in _ENDPOINTS else Risk.LOW)
