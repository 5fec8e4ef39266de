"""What changes of a realm, its registration policies, client policies and metadata mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.authorization_servers.keycloak.preflight import OWNER_ATTRIBUTE
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
    "registrationAllowed": ("Anybody can create an account in the realm.", "everyone-gains-access"),
    "sslRequired": ("The realm accepts requests without TLS in more cases.", None),
    "securityDefenses": ("The realm no longer stops attempts to guess passwords.", None),
    "verifyEmail": ("The realm's rule on verified e-mail addresses is another.", None),
    "enabled": ("The realm is switched off: nobody gets a token.", None),
}
_LISTS = {
    "redirectHosts": "may name the redirect host",
    "senderHosts": "may come from",
    "allowedScopes": "may ask for the scope",
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
    """Drifts of the stack's own realm."""
    subject = Subject(resource, "realm")
    name = quoted(str(resource.before.get("realm", resource.name)))
    if resource.after is None:
        text = f"The realm {name} was deleted, with all that the stack made in it."
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
            "The realm does not bear the stack's mark any more."
            if key == OWNER_ATTRIBUTE
            else f"The realm's attribute {quoted(key)} is {quoted(str(new or 'not set'))}."
        )
        yield subject.changed(f"attributes.{key}", text, None, risk=Risk.MEDIUM, before=old, after=new)


def registration(resource: Resource, gone: frozenset[str]) -> Iterator[Drift]:
    """Drifts of who may register clients.

    Args:
        resource: the realm's anonymous registration.
        gone: names of client scopes that were deleted.
    """
    subject = Subject(resource, "registration")
    if resource.after is None:
        yield subject.deleted("The realm's registration policies are gone.", "registration-widens")
        return
    deviations = tuple(subject.added("deviations"))
    for text in deviations:
        yield subject.changed("deviations", f"Registration: {text}.", "registration-widens", after=text)
    missing = {
        provider for provider, name in DEFAULTS.items() if f"the policy {name} is missing" in deviations
    }
    told = {name for provider in missing for name in _PROPERTIES_OF_POLICY.get(provider, ())}
    for name in resource.changed:
        if name not in {"deviations", *told}:
            yield from _registration_property(subject, name, gone)


def _registration_property(subject: Subject, name: str, gone: frozenset[str]) -> Iterator[Drift]:
    before, after = subject.before(name), subject.after(name)
    if name == "open":
        text = "Anybody may register clients." if after else "Nobody can register clients any more."
        kind = "registration-opens" if after else "registration-closes"
        yield subject.changed(name, text, kind, before=before, after=after)
    elif name in _LISTS:
        # No senders means that the sender is not checked.
        wider, narrower = "registration-widens", "registration-narrows"
        for entry in subject.added(name):
            kind = wider if before or name != "senderHosts" else narrower
            yield subject.changed(name, f"Registrations {_LISTS[name]} {quoted(entry)}.", kind, after=entry)
        for entry in subject.removed(name):
            if name == "allowedScopes" and entry in gone:
                continue
            kind = narrower if after or name != "senderHosts" else wider
            text = f"Registrations no longer {_LISTS[name]} {quoted(entry)}.".replace("longer may", "longer")
            yield subject.changed(name, text, kind, before=entry)
    elif name == "maximumClients":
        kind = "registration-widens" if int(after or 0) > int(before or 0) else "registration-narrows"
        text = f"The realm may have {after} clients; the stack left {before}."
        yield subject.changed(name, text, kind, before=before, after=after)
    elif name == "realmOptionalScopes":
        for scope in subject.removed(name):
            if scope not in gone:
                text = f"Clients that register no longer get the scope {quoted(scope)}."
                yield subject.changed(name, text, "registration-loses-access", before=scope)
    elif name == "realmId":
        text = "The realm was deleted and made again: its keys and people are others."
        yield subject.changed(name, text, None, risk=Risk.HIGH, before=before, after=after)
    else:
        yield subject.other(name)


def claim(resource: Resource) -> Iterator[Drift]:
    """Drifts of the stack's claim to the tenant."""
    subject = Subject(resource, "claim")
    yield subject.deleted(
        "The stack's claim was deleted: another stack could manage the tenant as well.", None
    )


def client_policy(resource: Resource) -> Iterator[Drift]:
    """Drifts of a client policy or its profile: the rules for clients that register or have a document."""
    subject = Subject(resource, "client policy")
    label = resource.name.replace("-", " ")
    if resource.after is None:
        text = f"The client {label} was deleted: its rules no longer hold."
        yield subject.deleted(text, "registration-widens")
        return
    for name in resource.changed:
        both = {"before": subject.before(name), "after": subject.after(name)}
        if name == "enabled":
            text = f"The client {label} is switched {'on' if subject.after(name) else 'off'}."
        else:
            text = f"The client {label} has other {name}."
        yield subject.changed(name, text, "registration-widens", **both)


def metadata(resource: Resource) -> Iterator[Drift]:
    """Drifts of what the server publishes of itself."""
    subject = Subject(resource, "metadata")
    if resource.after is None:
        text = f"Nothing is published at {quoted(str(resource.before.get('metadataUrl')))} any more."
        yield subject.deleted(text, None, risk=Risk.HIGH)
        return
    for name in resource.changed:
        yield subject.other(name, None if name in _ENDPOINTS else Risk.LOW)
