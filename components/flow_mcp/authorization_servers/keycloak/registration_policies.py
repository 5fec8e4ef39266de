"""Keycloak's policies for anonymous client registration: what declared properties mean for them, and back.

Keycloak applies all of a realm's policies to each registration (Keycloak, Securing Applications: client
registration policies). *Trusted Hosts* has one list for two checks, the redirect URIs' hosts and the
sender's address. So that a redirect host is not trusted as a sender nor the reverse, senders get a second
policy of the same kind.
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
"""The names that Keycloak gives the policies of a new realm, by provider ID."""
SENDERS = "Trusted Senders"
"""The name of the policy that we add for senders."""

Config = Mapping[str, tuple[str, ...]]
"""A policy's configuration; an empty value means that Keycloak has none."""

_CHECK_SENDER, _CHECK_URIS = "host-sending-registration-request-must-match", "client-uris-must-match"
_HOSTS, _SCOPES, _ORIGINS, _LIMIT = "trusted-hosts", "allowed-client-scopes", "web-origins", "max-clients"
CLOSED: Config = {_HOSTS: (), _CHECK_SENDER: ("true",), _CHECK_URIS: ("true",)}
"""Trusted Hosts as a new realm has it: nobody may register."""

Unordered = Annotated[tuple[str, ...], AfterValidator(lambda values: tuple(sorted(set(values))))]


class RegistrationProperties(Administration):
    """Anonymous registration in a realm.

    Attributes:
        realm: name of the realm.
        owner: mark of the stack that sets these policies, such as `flow-mcp:acme`.
        open: whether anybody may register at all.
        redirect_hosts: hosts that a client's URIs may name.
        sender_hosts: hosts that registrations may come from; none: the sender is not checked.
        allowed_scopes: client scopes that may be asked for besides the realm's default and optional ones.
        cors_origins: origins whose pages may register.
        maximum_clients: clients in the realm, at most.
        realm_optional_scopes: client scopes that become optional ones of the realm, so that a client that
            registers without asking for scopes gets them.
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
    """What is declared of it."""

    @model_validator(mode="after")
    def _open_or_closed(self) -> Self:
        if self.open and not self.redirect_hosts:
            raise ValueError("open registration needs redirectHosts: without them any client could register")
        if not self.open and (
            self.redirect_hosts or self.sender_hosts or self.allowed_scopes or self.cors_origins
        ):
            raise ValueError(
                "closed registration has no redirectHosts, senderHosts, allowedScopes or corsOrigins"
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
        """Read the admin API's representation; Keycloak lists values in any order."""
        return cls(
            id=component["id"],
            name=component["name"],
            provider_id=component["providerId"],
            sub_type=component.get("subType", ""),
            config={key: tuple(sorted(value)) for key, value in sorted(component.get("config", {}).items())},
        )

    def has(self, config: Config) -> bool:
        """Whether the configuration says that, whatever else it says."""
        return all(self.config.get(key, ()) == tuple(sorted(value)) for key, value in config.items())


def configurations(inputs: RegistrationInputs) -> dict[str, Config]:
    """What each policy must say, by provider ID; those left out need only be there."""
    return {
        HOSTS: {_HOSTS: inputs.redirect_hosts, _CHECK_SENDER: ("false",), _CHECK_URIS: ("true",)}
        if inputs.open
        else CLOSED,
        SCOPES: {"allow-default-scopes": ("true",), _SCOPES: inputs.allowed_scopes},
        ORIGINS: {_ORIGINS: inputs.cors_origins},
        LIMIT: {_LIMIT: (str(inputs.maximum_clients),)},
    }


def senders(inputs: RegistrationInputs) -> Config | None:
    """What the senders' policy must say; None: there must be none."""
    if not inputs.sender_hosts:
        return None
    return {_HOSTS: inputs.sender_hosts, _CHECK_SENDER: ("true",), _CHECK_URIS: ("false",)}


def observed(policies: Mapping[str, Policy], sender_policy: Policy | None) -> dict[str, Any]:
    """The inputs' values as the policies (by provider ID) really have them."""

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
    policies: Mapping[str, Policy], sender_policy: Policy | None, offered: frozenset[str]
) -> Iterator[str]:
    """What no input can express and must not be: each is a difference that an update mends."""
    for provider_id, name in DEFAULTS.items():
        if provider_id in offered and provider_id not in policies:
            yield f"the policy {name} is missing"
    hosts, scopes, limit = (policies.get(key) for key in (HOSTS, SCOPES, LIMIT))
    if hosts and not hosts.has({_CHECK_URIS: ("true",)}):
        yield f"{hosts.name} does not check the clients' URIs"
    if hosts and hosts.config.get(_HOSTS) and not hosts.has({_CHECK_SENDER: ("false",)}):
        yield f"{hosts.name} takes redirect hosts for senders"
    if scopes and not scopes.has({"allow-default-scopes": ("true",)}):
        yield f"{scopes.name} refuses the realm's own scopes"
    if limit and not next(iter(limit.config.get(_LIMIT, ())), "").isdecimal():
        yield f"{limit.name} has no number"
    if sender_policy and not sender_policy.has({_CHECK_SENDER: ("true",), _CHECK_URIS: ("false",)}):
        yield f"{sender_policy.name} does not check senders alone"
