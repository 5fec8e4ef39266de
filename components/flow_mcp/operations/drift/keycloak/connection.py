"""The access to the admin API of a tenant's Keycloak."""

from __future__ import annotations

from typing import cast

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.declaration import Declaration


def administration(declaration: Declaration) -> Administration:
    """Return the access to the admin API of a tenant's Keycloak."""
    return Administration.of(cast("Keycloak", declaration.server))


def require_answer(declaration: Declaration) -> None:
    """Read the realm of each declared Keycloak.

    Raises:
        AuthorizationServerError: Keycloak does not answer or rejects the request.
    """
    for side in declaration.at_servers:
        if side.kind.key == "keycloak":
            with AdminApi(administration(side)) as api:
                api.find(realm_path(cast("Keycloak", side.server).realm.name))
