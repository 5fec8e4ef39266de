"""Which applications of an Auth0 tenant belong to a Flow tenant, and which are left alone."""

from __future__ import annotations

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.auth0.adoption.differences import ordered
from flow_mcp.authorization_servers.auth0.adoption.expression import express
from flow_mcp.authorization_servers.auth0.adoption.reached import Reached
from flow_mcp.authorization_servers.auth0.client_properties import OWNER_KEY
from flow_mcp.authorization_servers.representations import Representation, flag, mapping, text


def belongs(client_id: str, reached: Reached, request: AdoptionRequest) -> str:
    """Return why an application belongs to the tenant, as one sentence; empty if it does not."""
    if request.client_ids:
        source = request.client_ids.get(client_id)
        return f"It is named by {source}." if source else ""
    granted = reached.resources or reached.inexact
    listed = ", ".join(f"{name} {subject}" for name, subject in granted.items())
    return f"It has a client grant for {listed}." if listed else ""


def left_alone(client: Representation, tenant_id: str, why: str) -> str:
    """Return why an application is left alone, as one sentence; empty if it is adopted.

    Args:
        client: the application.
        tenant_id: the tenant's ID in Flow.
        why: why it belongs to the tenant; empty if it does not.
    """
    if flag(client, "global"):
        return "Auth0 creates it in every Auth0 tenant."
    if not why:
        return "It is not a client of the tenant."
    if owner := text(mapping(client, "client_metadata"), OWNER_KEY):
        by = "this tenant's stack" if owner == f"flow-mcp:{tenant_id}" else f"the stack of {owner}"
        return f"It was created by {by}, which manages it."
    if url := text(client, "external_client_id"):
        return (
            f"It was imported from the metadata document {url}. Declare the document under "
            "registration.metadataDocuments after you removed the application."
        )
    if text(client, "client_id").startswith("tpc_"):
        return "It registered itself. registration.dynamic gives access to such applications."
    if express(client).grant is None:
        grants = ", ".join(ordered(client, "grant_types")) or "none"
        return (
            f"It has neither the grant authorization_code nor client_credentials (its grants: {grants}), "
            "and a tenant's file declares no others."
        )
    return ""
