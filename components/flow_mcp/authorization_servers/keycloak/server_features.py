"""Checks of the preflight that apply only to tenants whose clients trust other issuers' tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path


def require(api: AdminApi, server: Mapping[str, Any], features: Sequence[str]) -> None:
    """Raise if the server runs without one of the features. A server that hides its features is accepted.

    Args:
        api: Keycloak's admin API.
        server: the server's description (ServerInfoRepresentation).
        features: the features, as `--features` takes them.

    Raises:
        AuthorizationServerError: a feature is missing; the message has the remedy.
    """
    enabled = {str(feature["name"]) for feature in server.get("features", ()) if feature.get("enabled")}
    missing = [name for name in features if name.upper().replace("-", "_") not in enabled]
    if enabled and missing:
        raise AuthorizationServerError(
            f"Keycloak at {api.url} runs without {', '.join(missing)}, which the declaration needs. Start it "
            f"with --features={','.join(missing)}, or update it to a version that has it."
        )


def require_free_issuers(api: AdminApi, realm: str, identity_providers: Mapping[str, str]) -> None:
    """Raise if another identity provider of the realm has an issuer that the stack needs.

    Args:
        api: Keycloak's admin API.
        realm: name of the realm.
        identity_providers: aliases of the stack's identity providers by issuer.

    Raises:
        OwnedByOthersError: an issuer is taken; Keycloak permits each issuer once in a realm.
    """
    if not identity_providers:
        return
    for existing in api.get(realm_path(realm, "identity-provider", "instances")):
        config = existing.get("config") or {}
        issuer = str(config.get("issuer") or config.get("trustDomain"))
        if issuer in identity_providers and existing["alias"] != identity_providers[issuer]:
            raise OwnedByOthersError(
                f"Realm {realm} at Keycloak {api.url} has the identity provider {existing['alias']} for "
                f"{issuer}, and a realm can have only one for each issuer. Declare the issuer in one tenant "
                "of the realm only, or use another realm."
            )
