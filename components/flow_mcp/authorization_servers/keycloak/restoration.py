"""Restore a realm's registration policies when a stack no longer manages them."""

from __future__ import annotations

import logging

from flow_mcp.authorization_servers.keycloak.realm_policies import Former, RealmPolicies
from flow_mcp.authorization_servers.keycloak.registration_policies import (
    CLOSED,
    DEFAULTS,
    HOSTS,
    SCOPES,
    Config,
    Policy,
    RegistrationProperties,
    configurations,
)

_LOG = logging.getLogger(__name__)
_ALLOWED_SCOPES = "allowed-client-scopes"


class Restoration:
    """Restores the former policies, except those that somebody changed since the stack set them.

    Args:
        policies: the realm's present policies.
        properties: what the stack set last.
        former: the policies before the stack managed them.
    """

    def __init__(self, policies: RealmPolicies, properties: RegistrationProperties, former: Former) -> None:
        self._policies, self._realm, self._former = policies, properties.realm, former
        self._set = configurations(properties)
        self._changed = frozenset(
            provider_id
            for provider_id, policy in policies.by_provider.items()
            if provider_id in policies.supported and self._is_changed(policy)
        )

    def restore_closed(self) -> None:
        """Close registration, then restore all policies except Trusted Hosts."""
        if HOSTS not in self._changed:
            self._policies.mark_closed_by_delete()
            self._policies.write(self._policies.by_provider.get(HOSTS), HOSTS, DEFAULTS[HOSTS], CLOSED)
        for provider_id in sorted(self._policies.supported - {HOSTS}):
            self._restore(provider_id)
        if self._policies.senders:
            self._policies.remove(self._policies.senders)

    def reopen(self) -> None:
        """Restore Trusted Hosts, which must be the last step."""
        if HOSTS not in self._former.policies and HOSTS not in self._changed:
            _LOG.warning(
                "Trusted Hosts is deleted in realm %s, because the realm had no such policy before. Without "
                "it, everyone can register clients there. Add the policy under Clients, Client registration.",
                self._realm,
            )
        self._restore(HOSTS)

    def _is_changed(self, policy: Policy) -> bool:
        """Return whether a policy is neither as the stack set it nor as it was before.

        A policy that somebody deleted does not count: its restoration closes what the deletion opened.
        """
        if policy.provider_id == HOSTS and self._policies.closed_by_delete and policy.has(CLOSED):
            return False
        former = self._former_config(policy.provider_id)
        if former is not None and policy.config == {key: value for key, value in former.items() if value}:
            return False
        if policy.provider_id in self._set:
            return not policy.has(self._set[policy.provider_id])
        # The stack creates these policies if they are missing, and sets nothing in them.
        return former is not None

    def _restore(self, provider_id: str) -> None:
        policy, former = self._policies.by_provider.get(provider_id), self._former_config(provider_id)
        if policy and provider_id in self._changed:
            _LOG.warning(
                "%s in realm %s was changed since this stack set it, and stays as it is. Before this stack, "
                "it was: %s",
                policy.name,
                self._realm,
                "missing" if former is None else _shown(former),
            )
        elif former is not None:
            unset = dict.fromkeys(policy.config if policy else (), ())
            name = self._former.policies[provider_id].name
            self._policies.write(policy, provider_id, name, {**unset, **former})
        elif policy:
            self._policies.remove(policy)

    def _former_config(self, provider_id: str) -> Config | None:
        """Return the former configuration without deleted scopes; None if the policy was missing."""
        if provider_id not in self._former.policies:
            return None
        config = dict(self._former.policies[provider_id].config)
        if provider_id == SCOPES and _ALLOWED_SCOPES in config:
            config[_ALLOWED_SCOPES] = tuple(
                scope for scope in config[_ALLOWED_SCOPES] if scope in self._policies.known_scopes
            )
        return config

    def warn_of_deleted_scopes(self) -> None:
        """Warn of formerly allowed scopes that cannot be restored."""
        scopes = self._former.policies.get(SCOPES)
        allowed = scopes.config.get(_ALLOWED_SCOPES, ()) if scopes else ()
        if deleted := set(allowed) - self._policies.known_scopes:
            _LOG.warning(
                "the scopes %s, formerly allowed for clients that register in realm %s, no longer exist",
                ", ".join(sorted(deleted)),
                self._realm,
            )


def _shown(config: Config) -> str:
    return "; ".join(f"{key} {', '.join(value) or '(empty)'}" for key, value in sorted(config.items()))
