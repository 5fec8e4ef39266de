"""The grants and authenticators of a client as the admin API represents them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FLOWS = {
    "standardFlowEnabled": "authorization code",
    "implicitFlowEnabled": "implicit",
    "directAccessGrantsEnabled": "password",
    "serviceAccountsEnabled": "client credentials",
}
JWT_GRANT = "oauth2.jwt.authorization.grant.enabled"
"""Attribute of a client that may redeem assertions."""
ATTRIBUTES = {
    "oauth2.device.authorization.grant.enabled": "device",
    "oidc.ciba.grant.enabled": "CIBA",
    "standard.token.exchange.enabled": "token exchange",
    JWT_GRANT: "JWT bearer",
}
"""Grants by the attribute of a client that enables them."""
AUTHENTICATORS = {
    "client-secret": "client-secret",
    "private-key-jwt": "client-jwt",
    "federated": "federated-jwt",
}
"""Keycloak's client authenticators by the authentication method of a declared client."""


def allowed_grants(client: Mapping[str, Any]) -> list[str]:
    """Return the names of the grants that a client (ClientRepresentation) may use."""
    attributes = client.get("attributes") or {}
    flows = [name for key, name in _FLOWS.items() if client.get(key)]
    return flows + [name for key, name in ATTRIBUTES.items() if str(attributes.get(key)).lower() == "true"]
