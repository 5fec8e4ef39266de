"""Ways to become a client that are beside those that the stack manages."""

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
"""The kinds of policies that a new realm has for clients that register with a token."""


def policies(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Registration policies of another kind, or a second one of a kind."""
    seen: set[tuple[str, str]] = set()
    owned = {str(each.before.get("owner")) for each in managed.refreshed.of("KeycloakClientRegistration")}
    # Keycloak's own names come first, so that the one that was added is the second of its kind.
    in_order = sorted(realm.registration_policies, key=lambda each: each["name"] not in DEFAULTS.values())
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
    """Client policies: they change what clients may do."""
    own = {str(each.before.get("name")) for each in managed.refreshed.of("RealmClientPolicyProfilePolicy")}
    for policy in realm.client_policies:
        name = str(policy["name"])
        if name not in own:
            state = "" if policy.get("enabled", True) else " It is switched off."
            text = f"{quoted(name)}: it changes what clients may do or must do.{state}"
            yield Appeared("client-policy", name, "", text, Risk.LOW)


def initial_access_tokens(realm: Realm) -> Iterator[Appeared]:
    """Tokens with which clients can be registered although registration is closed."""
    for token in realm.initial_access_tokens:
        left = int(token.get("remainingCount") or 0)
        if left:
            text = f"Whoever has this token can register {left} more {'client' if left == 1 else 'clients'}."
            yield Appeared("initial-access-token", str(token["id"]), "", text, Risk.MEDIUM)
