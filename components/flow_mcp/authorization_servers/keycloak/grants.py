"""The grants of a client as the admin API represents it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FLOWS = {
    "standardFlowEnabled": "authorization code",
    "implicitFlowEnabled": "implicit",
    "directAccessGrantsEnabled": "password",
    "serviceAccountsEnabled": "client credentials",
}
ATTRIBUTES = {
    "oauth2.device.authorization.grant.enabled": "device",
    "oidc.ciba.grant.enabled": "CIBA",
    "standard.token.exchange.enabled": "token exchange",
    "oauth2.jwt.authorization.grant.enabled": "JWT bearer",
}
"""Grants by the attribute of a client that enables them."""


def allowed_grants(client: Mapping[str, Any]) -> list[str]:
    """Return the names of the grants that a client (ClientRepresentation) may use."""
    attributes = client.get("attributes") or {}
    flows = [name for key, name in _FLOWS.items() if client.get(key)]
    return flows + [name for key, name in ATTRIBUTES.items() if attributes.get(key) == "true"]
