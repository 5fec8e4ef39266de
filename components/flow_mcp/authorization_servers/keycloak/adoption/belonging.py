"""Which clients of a realm belong to a tenant, and which are left alone."""

from __future__ import annotations

import re

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.adoption.audiences import Reached
from flow_mcp.authorization_servers.keycloak.adoption.expression import express, grants_of
from flow_mcp.authorization_servers.keycloak.names import OWNER_ATTRIBUTE
from flow_mcp.authorization_servers.representations import (
    Representation,
    flag,
    mapping,
    text,
)

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def belongs(client_id: str, reached: Reached, request: AdoptionRequest) -> str:
    """Return why a client belongs to the tenant, as one sentence; empty if it does not."""
    if request.client_ids:
        source = request.client_ids.get(client_id)
        return f"It is named by {source}." if source else ""
    if reached.resources:
        listed = ", ".join(f"{key} (by {source})" for key, source in reached.resources.items())
        return f"Its tokens reach {listed}."
    if reached.inexact:
        listed = ", ".join(f"{audience} (by {source})" for audience, source in reached.inexact.items())
        return f"Its tokens have the audience {listed}."
    return ""


def left_alone(client: Representation, tenant_id: str, why: str) -> str:
    """Return why a client is left alone, as one sentence; empty if it is adopted.

    Args:
        client: the client.
        tenant_id: the tenant's ID in Flow.
        why: why it belongs to the tenant; empty if it does not.
    """
    if text(client, "clientId") in names.BUILT_IN_CLIENTS or flag(
        mapping(client, "attributes"), "realm_client"
    ):
        return "Keycloak creates it in every realm."
    if not why:
        return "It is not a client of the tenant."
    owner = text(mapping(client, "attributes"), OWNER_ATTRIBUTE)
    if owner:
        by = "this tenant's stack" if owner == f"flow-mcp:{tenant_id}" else f"the stack of {owner}"
        return f"It was created by {by}, which manages it."
    if text(client, "protocol") not in ("", "openid-connect"):
        return f"It uses the protocol {text(client, 'protocol')}, and Flow uses OpenID Connect."
    if not _ID.fullmatch(text(client, "id")):
        return "The admin API returns no valid ID for it."
    if flag(client, "bearerOnly"):
        return "It is bearer-only, so it requests no tokens."
    if express(client).grant is None:
        grants = ", ".join(grants_of(client)) or "none"
        return (
            f"It has neither the grant authorization-code nor client-credentials (its grants: {grants}), "
            "and a tenant's file declares no others."
        )
    return ""
