"""Reads, writes, backs up and restores the client registration policies of a realm."""

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
_CLOSED_BY_DELETE = "closed while the stack is deleted"
"""Prefix of the name of a backup that records that the realm had no policy of the kind."""


class FormerPolicy(Properties):
    """A registration policy before the stack managed it."""

    name: str
    config: dict[str, tuple[str, ...]]


class Former(Properties):
    """The registration settings of a realm before the stack managed them.

    Attributes:
        policies: the policies by provider ID; a policy that is absent here was missing in the realm.
        attached_scopes: client scopes that the stack made optional scopes of the realm.
    """

    policies: dict[str, FormerPolicy] = Field(default_factory=dict)
    attached_scopes: tuple[str, ...] = ()


class RealmPolicies:
    """The policies of a realm for anonymous registration.

    Before the first change, each policy is copied into the realm with the owner as sub-type, where it has no
    effect. With these backups, an interrupted update or a stack that lost its state can still restore the
    former policies. They also prevent two stacks from managing one realm.

    Raises:
        AuthorizationServerError: Keycloak does not answer or rejects the request, or there is no such realm.
    """

    def __init__(self, api: AdminApi, realm: str, owner: str) -> None:
        self._api, self._realm, self._owner = api, realm, owner
        representation = api.find(realm_path(realm))
        if representation is None:
            raise AuthorizationServerError(f"Keycloak at {api.url} has no realm {realm}.")
        self.realm_id: str = representation["id"]
        providers = api.get(realm_path(realm, "client-registration-policy", "providers"))
        self.supported = frozenset(provider["id"] for provider in providers) & DEFAULTS.keys()
        self.known_scopes = frozenset(
            option
            for provider in providers
            if provider["id"] == SCOPES
            for option in provider["properties"][0].get("options", ())
        )
        self.load()

    def load(self) -> None:
        """Read the policies from Keycloak again."""
        components = self._api.get(realm_path(self._realm, "components"), type=PROVIDER_TYPE)
        policies = sorted(map(Policy.of, components), key=lambda policy: (policy.name, policy.id))
        known = [p for p in policies if p.sub_type == ANONYMOUS and p.provider_id in DEFAULTS]
        self.senders = next((p for p in known if p.provider_id == HOSTS and p.name == SENDERS), None)
        self.by_provider: dict[str, Policy] = {}
        self.duplicates: list[Policy] = []
        for policy in known:
            if policy != self.senders and self.by_provider.setdefault(policy.provider_id, policy) != policy:
                self.duplicates.append(policy)
        own = [policy for policy in policies if policy.sub_type.startswith("flow-mcp:")]
        self.backups = [policy for policy in own if policy.name != _CLOSED_BY_DELETE]
        self._marks = [policy for policy in own if policy.name == _CLOSED_BY_DELETE]

    def require_manageable(self) -> None:
        """Raise if another stack manages the realm's policies, or if the realm has duplicate policies.

        Raises:
            OwnedByOthersError: another stack manages them.
            AuthorizationServerError: the realm has several policies of one kind.
        """
        for backup in self.backups:
            if backup.sub_type != self._owner:
                raise OwnedByOthersError(
                    f"Client registration in realm {self._realm} is managed by another stack "
                    f"({backup.sub_type}). Let only one stack manage it "
                    "(authorizationServer.keycloak.registration)."
                )
        for policy in self.duplicates:
            raise AuthorizationServerError(
                f"Realm {self._realm} has more than one registration policy of the kind "
                f"{policy.provider_id}, one of them {policy.name}, and Keycloak applies all of them. "
                "Delete all but one."
            )

    def former(self) -> Former:
        """Return the policies before the stack managed them. Create the backup first if it is incomplete."""
        if self.recorded() is None:
            for provider_id in sorted(self.supported - {_provider(backup) for backup in self.backups}):
                policy = self.by_provider.get(provider_id)
                if policy:
                    self._add(self._owner, provider_id, policy.name, policy.config)
                else:
                    self._add(self._owner, "consent-required", f"{_MISSING}{provider_id}", {})
            self.load()
        return self.recorded() or self.present()

    def recorded(self) -> Former | None:
        """Return the policies in the backup; None if it is incomplete, so no policy was changed yet."""
        if not self.supported <= {_provider(backup) for backup in self.backups}:
            return None
        return _former(backup for backup in self.backups if not backup.name.startswith(_MISSING))

    def present(self) -> Former:
        """Return the realm's present policies."""
        return _former(self.by_provider.values())

    def mark_closed_by_delete(self) -> None:
        """Record in the realm that a delete closes registration, for a later run if this one is cut off."""
        if not self._marks:
            self._add(self._owner, "consent-required", _CLOSED_BY_DELETE, {})
            self.load()

    @property
    def closed_by_delete(self) -> bool:
        """Whether an earlier delete that was cut off closed registration."""
        return bool(self._marks)

    def delete_backups(self) -> None:
        """Delete the backups and the mark of a delete."""
        for backup in (*self.backups, *self._marks):
            self.remove(backup)

    def write(self, policy: Policy | None, provider_id: str, name: str, config: Config) -> None:
        """Set the configuration of a policy, or create the policy if it is None.

        No request is sent if the policy has the configuration already.
        """
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
        """Delete a policy."""
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


def _provider(backup: Policy) -> str:
    missing = backup.name.startswith(_MISSING)
    return backup.name.removeprefix(_MISSING) if missing else backup.provider_id
