"""What of a realm is the stack's, and what is its administrators'."""

from __future__ import annotations

import pulumi_keycloak
from pulumi._types import input_type_py_to_pulumi_names

from flow_mcp.authorization_servers.keycloak.component import ADMINISTRATORS_SETTINGS

# What the component sets and keeps as declared.
_DECLARED = {
    *("attributes", "defaultSignatureAlgorithm", "enabled", "realm", "registrationAllowed"),
    *("securityDefenses", "sslRequired"),
}
# Properties of the provider, not settings of a realm.
_PROVIDERS = {"internalId", "terraformDeletionProtection"}


def test_every_setting_of_a_realm_is_declared_or_its_administrators() -> None:
    known = set(input_type_py_to_pulumi_names(pulumi_keycloak.RealmArgs).values())
    assert {*ADMINISTRATORS_SETTINGS} | _DECLARED | _PROVIDERS == known
    assert len(set(ADMINISTRATORS_SETTINGS)) == len(ADMINISTRATORS_SETTINGS)
    assert _DECLARED.isdisjoint(ADMINISTRATORS_SETTINGS)
