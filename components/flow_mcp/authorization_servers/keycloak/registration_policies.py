"""Converts declared registration properties to Keycloak's client registration policies, and back.

Keycloak applies all of a realm's policies to each registration (Keycloak, Securing Applications: client
registration policies). *Trusted Hosts* has one list for two checks: the hosts of redirect URIs and the
sender's address. A second policy of the same kind holds the sender hosts, so that a redirect host is not
trusted as a sender, and a sender host not as a redirect host.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.authorization_servers.keycloak.admin_api import Administration

PROVIDER_TYPE = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"
ANONYMOUS = "anonymous"

HOSTS, SCOPES, ORIGINS, LIMIT = (
    "trusted-hosts",
    "allowed-client-templates",
    "registration-web-origins",
    "max-clients",
)
DEFAULTS = {
    HOSTS: "Trusted Hosts",
    SCOPES: "Allowed Client Scopes",
    ORIGINS: "Allowed Registration Web Origins",
    LIMIT: "Max Clients Limit",
    "consent-required": "Consent Required",
    "scope": "Full Scope Disabled",
    "allowed-protocol-mappers": "Allowed Protocol Mapper Types",
}
"""The names of the policies in a new realm, by provider ID."""
SENDERS = "Trusted Senders"
"""The name of the additional policy with the sender hosts."""

Config = Mapping[str, tuple[str, ...]]
"""A policy's configuration. An empty value means that the key is absent in Keycloak."""

_CHECK_SENDER, _CHECK_URIS = "host-sending-registration-request-must-match", "client-uris-must-match"
_HOSTS, _SCOPES, _ORIGINS, _LIMIT = "trusted-hosts", "allowed-client-scopes", "web-origins", "max-clients"
CLOSED: Config = {_HOSTS: (), _CHECK_SENDER: ("true",), _CHECK_URIS: ("true",)}
"""The configuration of Trusted Hosts in a new realm: no client may register."""

Unordered = Annotated[tuple[str, ...], AfterValidator(lambda values: tuple(sorted(set(values))))]


class RegistrationProperties(Administration):
    """Anonymous registration in a realm.

    Attributes:
        realm: name of the realm.
        owner: owner of these policies, such as `flow-mcp:acme`.
        open: whether clients may register.
        redirect_hosts: hosts that a client's URIs may have.
        sender_hosts: hosts from which clients may register; empty: the sender is not checked.
        allowed_scopes: client scopes that clients may request in addition to the realm's default and optional
            scopes.
        cors_origins: origins whose pages may register clients.
        maximum_clients: maximum number of clients in the realm.
        realm_optional_scopes: client scopes that become optional scopes of the realm, so that a client that
            registers without requesting scopes gets them.
    """

    realm: str
    owner: Annotated[str, Field(pattern=r"^flow-mcp:")]
    open: bool
    redirect_hosts: Unordered = ()
    sender_hosts: Unordered = ()
    allowed_scopes: Unordered = ()
    cors_origins: Unordered = ()
    maximum_clients: Annotated[int, Field(ge=1)] = 200
    realm_optional_scopes: Unordered = ()


class RegistrationInputs(RegistrationProperties):
    """The declared anonymous registration."""

    @model_validator(mode="after")
    def _open_or_closed(self) -> Self:
        if self.open and not self.redirect_hosts:
            raise ValueError(
                "open registration needs redirectHosts, because without them every client could register"
            )
        if not self.open and (
            self.redirect_hosts or self.sender_hosts or self.allowed_scopes or self.cors_origins
        ):
            raise ValueError(
                "closed registration must not have redirectHosts, senderHosts, allowedScopes or corsOrigins"
            )
        return self


@dataclass(frozen=True)
class Policy:
    """A registration policy of a realm (ComponentRepresentation of the admin API)."""

    id: str
    name: str
    provider_id: str
    sub_type: str
    config: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, component: Mapping[str, Any]) -> Policy:
        """Return a policy from its representation in the admin API. Values are sorted; their order varies."""
        return cls(
            id=component["id"],
            name=component["name"],
            provider_id=component["providerId"],
            sub_type=component.get("subType", ""),
            config={key: tuple(sorted(value)) for key, value in sorted(component.get("config", {}).items())},
        )

    def has(self, config: Config) -> bool:
        """Whether the policy's configuration contains these values. Other keys are ignored."""
        return all(self.config.get(key, ()) == tuple(sorted(value)) for key, value in config.items())


def configurations(properties: RegistrationProperties) -> dict[str, Config]:
    """Return the required configuration of each policy by provider ID.

    Policies that are absent here must exist, with any configuration.
    """
    return {
        HOSTS: {_HOSTS: properties.redirect_hosts, _CHECK_SENDER: ("false",), _CHECK_URIS: ("true",)}
        if properties.open
        else CLOSED,
        SCOPES: {"allow-default-scopes": ("true",), _SCOPES: properties.allowed_scopes},
        ORIGINS: {_ORIGINS: properties.cors_origins},
        LIMIT: {_LIMIT: (str(properties.maximum_clients),)},
    }


def sender_configuration(inputs: RegistrationInputs) -> Config | None:
    """Return the required configuration of the sender policy; None if there must be no such policy."""
    if not inputs.sender_hosts:
        return None
    return {_HOSTS: inputs.sender_hosts, _CHECK_SENDER: ("true",), _CHECK_URIS: ("false",)}


def observed_properties(policies: Mapping[str, Policy], sender_policy: Policy | None) -> dict[str, Any]:
    """Return the values of the inputs that follow from the realm's policies (by provider ID)."""

    def value(provider_id: str, key: str) -> tuple[str, ...]:
        return policies[provider_id].config.get(key, ()) if provider_id in policies else ()

    hosts = policies.get(HOSTS)
    limit = next(iter(value(LIMIT, _LIMIT)), "")
    return {
        "open": hosts is None or not hosts.has({_HOSTS: (), _CHECK_SENDER: ("true",)}),
        "redirect_hosts": value(HOSTS, _HOSTS),
        "sender_hosts": sender_policy.config.get(_HOSTS, ()) if sender_policy else (),
        "allowed_scopes": value(SCOPES, _SCOPES),
        "cors_origins": value(ORIGINS, _ORIGINS),
        "maximum_clients": int(limit) if limit.isdecimal() and int(limit) else 1,
    }


def deviations(
    policies: Mapping[str, Policy], sender_policy: Policy | None, supported: frozenset[str]
) -> Iterator[str]:
    """Yield the settings of the policies that no input can express. An update corrects them."""
    for provider_id, name in DEFAULTS.items():
        if provider_id in supported and provider_id not in policies:
            yield f"the policy {name} is missing"
    hosts, scopes, limit = (policies.get(key) for key in (HOSTS, SCOPES, LIMIT))
    if hosts and not hosts.has({_CHECK_URIS: ("true",)}):
        yield f"{hosts.name} does not check the clients' URIs"
    if hosts and hosts.config.get(_HOSTS) and not hosts.has({_CHECK_SENDER: ("false",)}):
        yield f"{hosts.name} accepts redirect hosts as senders"
    if scopes and not scopes.has({"allow-default-scopes": ("true",)}):
        yield f"{scopes.name} rejects the realm's default scopes"
    if limit and not next(iter(limit.config.get(_LIMIT, ())), "").isdecimal():
        yield f"{limit.name} has no valid number"
    if sender_policy and not sender_policy.has({_CHECK_SENDER: ("true",), _CHECK_URIS: ("false",)}):
        yield f"{sender_policy.name} checks more or less than the sender's address"
