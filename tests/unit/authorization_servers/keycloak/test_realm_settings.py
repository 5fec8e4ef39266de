"""Which settings of a realm the stack declares, and which its administrators may change."""

from __future__ import annotations

import pulumi_keycloak
from pulumi._types import input_type_py_to_pulumi_names

from flow_mcp.authorization_servers.keycloak.component import ADMINISTRATORS_SETTINGS

# Settings that the component declares.
_DECLARED = {
    *("attributes", "defaultSignatureAlgorithm", "enabled", "realm", "registrationAllowed"),
    *("securityDefenses", "sslRequired"),
}
# Properties of the provider, not settings of a realm.
_PROVIDERS = {"internalId", "terraformDeletionProtection"}


def test_every_setting_of_a_realm_is_declared_or_left_to_its_administrators() -> None:
    known = set(input_type_py_to_pulumi_names(pulumi_keycloak.RealmArgs).values())
    assert {*ADMINISTRATORS_SETTINGS} | _DECLARED | _PROVIDERS == known
    assert len(set(ADMINISTRATORS_SETTINGS)) == len(ADMINISTRATORS_SETTINGS)
    assert _DECLARED.isdisjoint(ADMINISTRATORS_SETTINGS)
