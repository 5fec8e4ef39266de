"""Conversion between declared registration properties and Keycloak's policies, in both directions."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from flow_mcp.authorization_servers.keycloak.registration_policies import (
    CLOSED,
    DEFAULTS,
    HOSTS,
    LIMIT,
    SCOPES,
    SENDERS,
    Config,
    Policy,
    RegistrationInputs,
    configurations,
    deviations,
    observed_properties,
    sender_configuration,
)

OFFERED = frozenset(DEFAULTS)
OPEN = {
    "open": True,
    "redirect_hosts": ("127.0.0.1", "claude.ai"),
    "sender_hosts": ("10.0.0.1",),
    "allowed_scopes": ("mcp:tools", "openid"),
    "cors_origins": ("https://inspector.example",),
    "maximum_clients": 50,
}
SHUT = {
    "open": False,
    "redirect_hosts": (),
    "sender_hosts": (),
    "allowed_scopes": (),
    "cors_origins": (),
    "maximum_clients": 200,
}


def inputs(**declared: Any) -> RegistrationInputs:
    return RegistrationInputs(url="https://id.example", realm="acme", owner="flow-mcp:acme", **declared)


def policy(provider_id: str, config: Config, name: str = "") -> Policy:
    return Policy.of(
        {
            "id": f"id-of-{provider_id}",
            "name": name or DEFAULTS[provider_id],
            "providerId": provider_id,
            "subType": "anonymous",
            "config": {key: list(value) for key, value in config.items() if value},
        }
    )


def realm(declared: RegistrationInputs) -> tuple[dict[str, Policy], Policy | None]:
    """Return the policies of a realm that has the declared configuration."""
    required, sender = configurations(declared), sender_configuration(declared)
    policies = {provider_id: policy(provider_id, required.get(provider_id, {})) for provider_id in DEFAULTS}
    return policies, policy(HOSTS, sender, SENDERS) if sender else None


@pytest.mark.parametrize("declared", [OPEN, SHUT])
def test_written_policies_read_back_as_declared(declared: dict[str, Any]) -> None:
    policies, sender = realm(inputs(**declared))
    assert observed_properties(policies, sender) == declared
    assert list(deviations(policies, sender, OFFERED)) == []


def test_redirect_hosts_and_sender_hosts_are_in_separate_policies() -> None:
    declared = inputs(**OPEN)
    assert configurations(declared)[HOSTS] == {
        "trusted-hosts": ("127.0.0.1", "claude.ai"),
        "host-sending-registration-request-must-match": ("false",),
        "client-uris-must-match": ("true",),
    }
    assert sender_configuration(declared) == {
        "trusted-hosts": ("10.0.0.1",),
        "host-sending-registration-request-must-match": ("true",),
        "client-uris-must-match": ("false",),
    }
    assert sender_configuration(inputs(**OPEN | {"sender_hosts": ()})) is None


def test_closed_configuration_equals_that_of_a_new_realm() -> None:
    assert configurations(inputs(**SHUT))[HOSTS] == CLOSED


def test_order_and_repetition_of_hosts_are_ignored() -> None:
    assert inputs(open=True, redirect_hosts=["b", "a", "b"]) == inputs(open=True, redirect_hosts=["a", "b"])


@pytest.mark.parametrize(
    ("declared", "reason"),
    [
        ({"open": True}, "open registration needs redirectHosts"),
        ({"open": False, "redirect_hosts": ["claude.ai"]}, "closed registration must not have redirectHosts"),
        ({"open": False, "sender_hosts": ["10.0.0.1"]}, "closed registration must not have"),
        ({"open": False, "maximum_clients": 0}, "greater than or equal to 1"),
    ],
)
def test_contradictory_inputs_are_rejected(declared: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        inputs(**declared)


@pytest.mark.parametrize("provider_id", sorted(DEFAULTS))
def test_missing_policy_is_a_deviation(provider_id: str) -> None:
    policies, sender = realm(inputs(**OPEN))
    del policies[provider_id]
    missing = f"the policy {DEFAULTS[provider_id]} is missing"
    assert list(deviations(policies, sender, OFFERED)) == [missing]
    assert list(deviations(policies, sender, OFFERED - {provider_id})) == []


def test_registration_is_open_without_the_trusted_hosts_policy() -> None:
    policies, sender = realm(inputs(**SHUT))
    del policies[HOSTS]
    assert observed_properties(policies, sender)["open"]


@pytest.mark.parametrize(
    ("provider_id", "changed", "deviation"),
    [
        (HOSTS, {"client-uris-must-match": ("false",)}, "Trusted Hosts does not check the clients' URIs"),
        (
            HOSTS,
            {"host-sending-registration-request-must-match": ("true",)},
            "Trusted Hosts accepts redirect hosts as senders",
        ),
        (
            SCOPES,
            {"allow-default-scopes": ("false",)},
            "Allowed Client Scopes rejects the realm's default scopes",
        ),
        (LIMIT, {"max-clients": ("many",)}, "Max Clients Limit has no valid number"),
    ],
)
def test_configuration_that_no_input_expresses_is_a_deviation(
    provider_id: str, changed: Config, deviation: str
) -> None:
    policies, sender = realm(inputs(**OPEN))
    policies[provider_id] = policy(provider_id, {**policies[provider_id].config, **changed})
    assert list(deviations(policies, sender, OFFERED)) == [deviation]


def test_sender_policy_that_checks_uris_is_a_deviation() -> None:
    policies, sender = realm(inputs(**OPEN))
    assert sender
    changed = policy(HOSTS, {**sender.config, "client-uris-must-match": ("true",)}, SENDERS)
    assert list(deviations(policies, changed, OFFERED)) == [
        "Trusted Senders checks more or less than the sender's address"
    ]


@pytest.mark.parametrize("limit", ["", "0", "-1", "many"])
def test_invalid_limit_differs_from_the_declared_one(limit: str) -> None:
    policies, sender = realm(inputs(**OPEN))
    policies[LIMIT] = policy(LIMIT, {"max-clients": (limit,)})
    assert observed_properties(policies, sender)["maximum_clients"] != OPEN["maximum_clients"]
