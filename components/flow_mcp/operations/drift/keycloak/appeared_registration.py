"""Unmanaged registration policies, client policies and initial access tokens."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.authorization_servers.keycloak.claim_resource import CLAIM_PREFIX
from flow_mcp.authorization_servers.keycloak.registration_policies import (
    ANONYMOUS,
    DEFAULTS,
    HOSTS,
    ORIGINS,
    SCOPES,
    SENDERS,
)
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted

_AUTHENTICATED = frozenset({SCOPES, ORIGINS, "allowed-protocol-mappers"})
"""The kinds of policies of a new realm for dynamic client registration with a token."""


def policies(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield registration policies of an unmanaged kind, and duplicates of a managed kind."""
    seen: set[tuple[str, str]] = set()
    owned = {
        str(registration.before.get("owner"))
        for registration in managed.refreshed.of("KeycloakClientRegistration")
    }
    # Policies with Keycloak's own names come first, so that an added policy is the duplicate.
    in_order = sorted(realm.registration_policies, key=lambda policy: policy["name"] not in DEFAULTS.values())
    for policy in in_order:
        name, kind, sub_type = str(policy["name"]), str(policy["providerId"]), str(policy.get("subType"))
        known = DEFAULTS if sub_type == ANONYMOUS else _AUTHENTICATED
        first = (sub_type, kind) not in seen
        seen.add((sub_type, kind))
        senders = sub_type == ANONYMOUS and kind == HOSTS and name == SENDERS
        if sub_type in owned or sub_type.startswith(CLAIM_PREFIX) or senders or (kind in known and first):
            continue
        text = f"{quoted(name)}: another policy ({quoted(kind)}) for {quoted(sub_type)} registration."
        yield Appeared("registration-policy", name, sub_type, text, Risk.MEDIUM)


def client_policies(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield unmanaged client policies."""
    own = {
        str(policy.before.get("name")) for policy in managed.refreshed.of("RealmClientPolicyProfilePolicy")
    }
    for policy in realm.client_policies:
        name = str(policy["name"])
        if name not in own:
            state = "" if policy.get("enabled", True) else " It is disabled."
            text = f"{quoted(name)}: it changes what clients may or must do.{state}"
            yield Appeared("client-policy", name, "", text, Risk.LOW)


def initial_access_tokens(realm: Realm) -> Iterator[Appeared]:
    """Yield tokens with which clients can register although registration is closed."""
    for token in realm.initial_access_tokens:
        remaining = int(token.get("remainingCount") or 0)
        if remaining:
            noun = "registration" if remaining == 1 else "registrations"
            text = f"The token allows {remaining} more client {noun}."
            yield Appeared("initial-access-token", str(token["id"]), "", text, Risk.MEDIUM)
