"""The registration policies that a realm has, what they were before, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.registration_policies import (
    ANONYMOUS,
    DEFAULTS,
    HOSTS,
    PROVIDER_TYPE,
    SCOPES,
    SENDERS,
    Config,
    Policy,
)
from flow_mcp.engine.plugin.resource import Properties

_MISSING = "missing: "


class FormerPolicy(Properties):
    """A policy as it was found."""

    name: str
    config: dict[str, tuple[str, ...]]


class Former(Properties):
    """What a realm had before it was managed.

    Attributes:
        policies: by provider ID; what is not here was missing.
        attached_scopes: scopes that were no optional ones of the realm and have become such.
    """

    policies: dict[str, FormerPolicy] = Field(default_factory=dict)
    attached_scopes: tuple[str, ...] = ()


class RealmPolicies:
    """A realm's policies for anonymous registration.

    Before anything is changed, each policy is copied into the realm itself, under the owner's mark, where it
    applies to nothing. So a run that was cut off, or a stack that lost its state, still finds what was there
    first; and two stacks do not take one realm from each other.

    Raises:
        AuthorizationServerError: Keycloak does not answer, or refuses, or has no such realm.
    """

    def __init__(self, api: AdminApi, realm: str, owner: str) -> None:
        self._api, self._realm, self._owner = api, realm, owner
        found = api.find(realm_path(realm))
        if found is None:
            raise AuthorizationServerError(f"Keycloak at {api.url} has no realm {realm}.")
        self.realm_id: str = found["id"]
        providers = api.get(realm_path(realm, "client-registration-policy", "providers"))
        self.offered = frozenset(provider["id"] for provider in providers) & DEFAULTS.keys()
        self.known_scopes = frozenset(
            option
            for provider in providers
            if provider["id"] == SCOPES
            for option in provider["properties"][0].get("options", ())
        )
        self.load()

    def load(self) -> None:
        """Read the policies again."""
        components = self._api.get(realm_path(self._realm, "components"), type=PROVIDER_TYPE)
        every = sorted(map(Policy.of, components), key=lambda policy: (policy.name, policy.id))
        known = [p for p in every if p.sub_type == ANONYMOUS and p.provider_id in DEFAULTS]
        self.senders = next((p for p in known if p.provider_id == HOSTS and p.name == SENDERS), None)
        self.by_provider: dict[str, Policy] = {}
        self.doubled: list[Policy] = []
        for policy in known:
            if policy != self.senders and self.by_provider.setdefault(policy.provider_id, policy) != policy:
                self.doubled.append(policy)
        self.copies = [policy for policy in every if policy.sub_type.startswith("flow-mcp:")]

    def require_manageable(self) -> None:
        """Refuse a realm whose policies are another stack's, or doubled.

        Raises:
            OwnedByOthersError: another stack manages them.
            AuthorizationServerError: there are two of a kind.
        """
        for copy in self.copies:
            if copy.sub_type != self._owner:
                raise OwnedByOthersError(
                    f"Client registration in realm {self._realm} is managed by another stack "
                    f"({copy.sub_type}): let only one of them manage it "
                    "(authorizationServer.keycloak.registration)."
                )
        for policy in self.doubled:
            raise AuthorizationServerError(
                f"Realm {self._realm} has more than one registration policy of the kind "
                f"{policy.provider_id}, among them {policy.name}; Keycloak applies all of them: "
                "remove all but one."
            )

    def former(self) -> Former:
        """What the realm had first: as it was recorded, else as it is now, which is recorded first."""
        if self.recorded() is None:
            for provider_id in sorted(self.offered - {_provider(copy) for copy in self.copies}):
                policy = self.by_provider.get(provider_id)
                if policy:
                    self._add(self._owner, provider_id, policy.name, policy.config)
                else:
                    self._add(self._owner, "consent-required", f"{_MISSING}{provider_id}", {})
            self.load()
        return self.recorded() or self.present()

    def recorded(self) -> Former | None:
        """What the realm had first, if that was recorded completely: nothing was changed before."""
        if not self.offered <= {_provider(copy) for copy in self.copies}:
            return None
        return _former(copy for copy in self.copies if not copy.name.startswith(_MISSING))

    def present(self) -> Former:
        """What the realm has now."""
        return _former(self.by_provider.values())

    def forget(self) -> None:
        """Remove the copies."""
        for copy in self.copies:
            self.remove(copy)

    def write(self, policy: Policy | None, provider_id: str, name: str, config: Config) -> None:
        """Make a policy say that; add it when there is none. Nothing is sent that is so already."""
        if policy is None:
            self._add(ANONYMOUS, provider_id, name, config)
            self.load()
        elif not policy.has(config):
            self._api.put(
                realm_path(self._realm, "components", policy.id),
                {**self._component(ANONYMOUS, provider_id, policy.name, config), "id": policy.id},
            )
            self.load()

    def remove(self, policy: Policy) -> None:
        """Remove a policy."""
        self._api.delete(realm_path(self._realm, "components", policy.id))

    def _add(self, sub_type: str, provider_id: str, name: str, config: Config) -> None:
        self._api.post(
            realm_path(self._realm, "components"), self._component(sub_type, provider_id, name, config)
        )

    def _component(self, sub_type: str, provider_id: str, name: str, config: Config) -> dict[str, object]:
        return {
            "name": name,
            "providerId": provider_id,
            "providerType": PROVIDER_TYPE,
            "parentId": self.realm_id,
            "subType": sub_type,
            "config": {key: list(value) for key, value in config.items()},
        }


def _former(policies: Iterable[Policy]) -> Former:
    return Former(policies={p.provider_id: FormerPolicy(name=p.name, config=p.config) for p in policies})


def _provider(copy: Policy) -> str:
    missing = copy.name.startswith(_MISSING)
    return copy.name.removeprefix(_MISSING) if missing else copy.provider_id
