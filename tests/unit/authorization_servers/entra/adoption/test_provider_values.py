"""Comparison of existing objects with the stack's, by what the real plugin left in recorded states."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.entra.adoption import differences
from flow_mcp.authorization_servers.entra.adoption.provider_values import (
    application_values,
    federated_credential_values,
    service_principal_values,
)
from tests.recorded import is_unset, resources
from tests.standin import graph_objects
from tests.standin.azuread_rules import APPLICATION, FEDERATED, SERVICE_PRINCIPAL
from tests.standin.server import Account

_STATES = ("contoso.azuread-6.11.1", "fabrikam.azuread-6.11.1")
_NOT_READ = {"preventDuplicateNames"}


def _account(state: str) -> Account:
    account = Account("tenant")
    for resource in resources(state):
        if resource["type"].startswith("azuread:index/"):
            outputs = {**resource["outputs"], "id": resource["id"]}
            account.objects.setdefault(resource["type"], {})[resource["id"]] = outputs
    return account


@pytest.mark.parametrize("state", _STATES)
def test_values_of_existing_objects_are_those_that_the_real_plugin_read(state: str) -> None:
    account = _account(state)
    for token, path, values in (
        (APPLICATION, "/v1.0/applications/{}", application_values),
        (SERVICE_PRINCIPAL, "/v1.0/servicePrincipals/{}", service_principal_values),
    ):
        for recorded in account.of(token):
            graph: Any = graph_objects.at(account, path.format(recorded["objectId"]), "")
            read = values({**graph, "owners": recorded["owners"] or []})
            assert differences.differences(read, recorded | dict.fromkeys(_NOT_READ)) == ()
            unread = recorded.keys() - read.keys() - _COMPUTED[token]
            assert {name for name in unread if not is_unset(recorded[name])} <= _NOT_READ
    for recorded in account.of(FEDERATED):
        object_id = recorded["applicationId"].rpartition("/")[2]
        path = f"/v1.0/applications/{object_id}/federatedIdentityCredentials"
        (graph,) = graph_objects.at(account, path, "") or []
        assert differences.differences(federated_credential_values(graph), recorded) == ()


_COMMON = {"id", "objectId", "clientId", "displayName", "appRoleIds", "oauth2PermissionScopeIds"}
_COMPUTED = {
    APPLICATION: {*_COMMON, "publisherDomain", "featureTags", "tags"},
    SERVICE_PRINCIPAL: {
        *(*_COMMON, "applicationTenantId", "appRoles", "featureTags", "features", "tags", "type"),
        *("oauth2PermissionScopes", "redirectUris", "servicePrincipalNames", "signInAudience"),
    },
}
"""Properties that the plugin computes if the program sets none, so that they cause no change."""
