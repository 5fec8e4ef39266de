"""Drift of managed clients."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flow_mcp.authorization_servers.keycloak.names import OFFLINE_ACCESS, OWNER_ATTRIBUTE, SERVICE_ACCOUNT
from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import duration, quoted

_GRANTS = {
    "standardFlowEnabled": "authorization code",
    "implicitFlowEnabled": "implicit",
    "directAccessGrantsEnabled": "password",
    "serviceAccountsEnabled": "client credentials",
    "oauth2DeviceAuthorizationGrantEnabled": "device",
    "oauth2JwtAuthorizationGrantEnabled": "JWT bearer",
    "standardTokenExchangeEnabled": "token exchange",
}
_ADDRESSES = {
    "validRedirectUris": ("redirect-uri", "redirect URI"),
    "webOrigins": ("web-origin", "web origin"),
}
# From the strongest to the weakest method; those with the same number are equally strong.
_METHODS = {"client-jwt": 0, "federated-jwt": 0, "client-secret": 1, "none": 2}
_FEDERATED = frozenset({"jwt.credential.issuer", "jwt.credential.sub"})
_ASSERTIONS = "oauth2JwtAuthorizationGrantIdp"
_KEYS = frozenset({"jwks.url", "use.jwks.url", "jwt.credential.certificate"})
_SHOWN_ONLY = frozenset({"name", "description"})


def client(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of a client."""
    subject = Subject(resource, "client")
    if resource.after is None:
        yield subject.deleted(f"The client {resource.name} was deleted.", "client-removed")
        return
    for name in resource.changed:
        yield from _property(subject, name)


def _property(subject: Subject, name: str) -> Iterator[Drift]:
    client, before, after = subject.name, subject.before(name), subject.after(name)
    both: dict[str, Any] = {"before": before, "after": after}
    if name in _ADDRESSES:
        yield from _addresses(subject, name)
    elif name in _GRANTS:
        state = "has" if after else "no longer has"
        yield subject.changed(
            name, f"{client} {state} the {_GRANTS[name]} grant.", "client-grant-changes", **both
        )
    elif name in {"accessType", "clientAuthenticatorType"}:
        yield _authentication(subject, name)
    elif name == "extraConfig":
        yield from _attributes(subject, before or {}, after or {})
    elif name == "pkceCodeChallengeMethod":
        yield pkce(subject, after)
    elif name == "enabled":
        state = "enabled" if after else "disabled"
        yield subject.changed(name, f"{client} is {state}.", "client-added" if after else "client-removed")
    elif name == "requireDpopBoundTokens":
        state, kind = ("requires", "added") if after else ("does not require", "removed")
        yield subject.changed(name, f"{client} {state} DPoP.", f"token-binding-{kind}", **both)
    elif name == "fullScopeAllowed":
        text = f"Tokens of {client} contain all roles of the user (full scope allowed)."
        yield subject.changed(name, text, "client-gains-access", **both)
    elif name == "accessTokenLifespan":
        yield _lifetime(subject, name)
    elif name == _ASSERTIONS:
        yield assertions(subject, before, after)
    elif name == "clientId":
        text = f"The client ID of {client} changed to {quoted(str(after))}."
        yield subject.changed(name, text, "client-id-changes", **both)
    else:
        yield subject.other(name, Risk.LOW if name in _SHOWN_ONLY else None)


def pkce(subject: Subject, method: str | None) -> Drift:
    """Return the drift of a client that does not require PKCE with S256."""
    text = (
        f"{subject.name} does not require PKCE with S256: an attacker can exchange a stolen authorization "
        "code for a token."
    )
    return subject.changed(
        "pkceCodeChallengeMethod", text, None, risk=Risk.HIGH, before="S256", after=method or None
    )


def assertions(subject: Subject, before: str | None, after: str | None) -> Drift:
    """Return the drift of a client that may redeem assertions of other identity providers."""
    text = f"{subject.name} may redeem assertions of {quoted(after or 'no identity provider')}."
    return subject.changed(_ASSERTIONS, text, "client-grant-changes", before=before, after=after)


def _addresses(subject: Subject, name: str) -> Iterator[Drift]:
    kind, label = _ADDRESSES[name]
    for address in subject.added(name):
        text = f"{subject.name} accepts the {label} {quoted(address)}."
        yield subject.changed(name, text, f"{kind}-added", after=address)
    for address in subject.removed(name):
        text = f"{subject.name} no longer accepts the {label} {quoted(address)}."
        yield subject.changed(name, text, f"{kind}-removed", before=address)


def _authentication(subject: Subject, name: str) -> Drift:
    before, after = _method(subject.resource.before), _method(subject.resource.after or {})
    known = before in _METHODS and after in _METHODS
    order = _METHODS[after] - _METHODS[before] if known else 0
    kind = "weakens" if order > 0 else "strengthens" if order < 0 else "changes"
    text = f"{subject.name} authenticates with {quoted(after)}; the stack set {quoted(before)}."
    return subject.changed(name, text, f"client-authentication-{kind}", before=before, after=after)


def _method(properties: Mapping[str, Any]) -> str:
    public = properties.get("accessType") == "PUBLIC"
    return "none" if public else str(properties.get("clientAuthenticatorType") or "client-secret")


def _attributes(subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Drift]:
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        name, both = f"extraConfig.{key}", {"before": old, "after": new}
        if key in _KEYS:
            text = f"{subject.name} authenticates with other keys: {key} is {quoted(str(new or 'not set'))}."
            yield subject.changed(name, text, "client-key-changes", **both)
        elif key in _FEDERATED:
            text = (
                f"{subject.name} authenticates with another token: {key} is {quoted(str(new or 'not set'))}."
            )
            yield subject.changed(name, text, "federated-credential-changes", **both)
        elif key == OWNER_ATTRIBUTE:
            text = f"{subject.name} no longer has the owner mark."
            yield subject.changed(name, text, None, risk=Risk.MEDIUM, **both)
        else:
            text = f"{key} of the client {subject.name} is {quoted(str(new or 'not set'))}."
            yield subject.changed(name, text, "declaration-changed", **both)


def _lifetime(subject: Subject, name: str) -> Drift:
    before, after = (_seconds(subject.before(name)), _seconds(subject.after(name)))
    grows = not after or (before is not None and after > before)
    lifetime = f"are valid for {duration(after)}" if after else "have the realm's lifetime"
    text = f"Access tokens of {subject.name} {lifetime}; the stack set {duration(before or 0)}."
    kind = "lifetime-grows" if grows else "lifetime-shrinks"
    return subject.changed(name, text, kind, before=subject.before(name), after=subject.after(name))


def _seconds(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None


def client_scopes(resource: Resource, keys: Mapping[str, str], deleted: frozenset[str]) -> Iterator[Drift]:
    """Yield the drift of a client's scopes.

    Args:
        resource: the client's default or optional scopes.
        keys: keys of protected resources by the names of managed scopes.
        deleted: names of deleted scopes.
    """
    default = resource.type == "ClientDefaultScopes"
    word, name = ("default", "defaultScopes") if default else ("optional", "optionalScopes")
    client = resource.name.removesuffix(f"-{word}-scopes")
    subject = Subject(resource, "client", client)
    if resource.after is None:
        yield subject.deleted(f"{client} lost all its {word} scopes.", "client-loses-access")
        return
    for scope in subject.added(name):
        if scope == SERVICE_ACCOUNT and default:
            continue
        if scope in keys and default:
            text = f"Every token of {client} is valid for {keys[scope]}: its scope is a default scope."
            yield subject.changed(name, text, "client-gains-access", after=scope)
        elif scope in keys:
            text = f"{client} may request {keys[scope]}."
            yield subject.changed(name, text, "client-gains-access", after=scope)
        elif scope == OFFLINE_ACCESS:
            text = f"{client} may request refresh tokens."
            yield subject.changed(name, text, "refresh-tokens-begin", after=scope)
        else:
            text = f"{client} has the {word} scope {quoted(scope)}."
            yield subject.changed(name, text, None, risk=Risk.LOW, after=scope)
    for scope in subject.removed(name):
        if scope in deleted:
            continue
        if scope in keys:
            text = f"{client} may no longer request {keys[scope]}."
            yield subject.changed(name, text, "client-loses-access", before=scope)
        elif scope == OFFLINE_ACCESS:
            text = f"{client} may no longer request refresh tokens."
            yield subject.changed(name, text, "refresh-tokens-end", before=scope)
        else:
            text = f"{client} lost the {word} scope {quoted(scope)}."
            yield subject.changed(name, text, None, risk=Risk.LOW, before=scope)


def service_account_role(resource: Resource) -> Iterator[Drift]:
    """Yield the drift of a program's role for a protected resource."""
    client, _, key = resource.name.partition("/")
    subject = Subject(resource, "role of a service account")
    yield subject.deleted(f"{client} lost its role for {key}.", "client-loses-access")
