"""The YAML of the pages as complete files: parts of a tenant's file get what they leave out."""

from __future__ import annotations

import re
from typing import Any

from flow_mcp.declaration.tenant import Tenant

TENANT, INSTANCE = "flow-mcp:tenant", "flow-mcp:instance"
_TENANT_KEYS = {field.alias or name for name, field in Tenant.model_fields.items()}
_KEYCLOAK = {"url": "https://id.acme.example", "realm": {"name": "acme", "create": True}}
FLOW_ENTRA = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def tenant_of(value: dict[str, Any]) -> dict[str, Any] | None:
    """Return the complete tenant that a page's YAML declares; None if it declares no tenant.

    A part of a tenant gets an ID, a Keycloak, and every workspace and environment that it names, or else one.
    A whole file without an authorization server has the default one.
    """
    config = value.get("config")
    part: dict[str, Any] | None = value if value.keys() <= _TENANT_KEYS else None
    if isinstance(config, dict):
        part = config.get(TENANT)
    if part is None:
        return None
    workspaces: dict[str, dict[str, list[str]]] = {}
    for workspace, environment in re.findall(r"(\d+)/([a-z]+)", str(part)) or [("456", "production")]:
        environments = workspaces.setdefault(workspace, {"environments": []})["environments"]
        if environment not in environments:
            environments.append(environment)
    whole = {"id": "acme", "workspaces": workspaces, **part}
    if config and "authorizationServer" not in part:
        return whole
    servers = dict(part.get("authorizationServer", {"keycloak": {}}))
    if "keycloak" in servers:
        servers["keycloak"] = {**_KEYCLOAK, **servers["keycloak"]}
    return {**whole, "authorizationServer": servers}


def instance_of(value: dict[str, Any]) -> dict[str, Any]:
    """Return the Flow instance that a page's YAML declares, or else a complete one."""
    config = value.get("config")
    declared = config.get(INSTANCE) if isinstance(config, dict) else None
    if declared:
        instance: dict[str, Any] = declared["default"]
        return instance
    # On-premises, an administrator registers the applications.
    deployment = "on-premises" if "applications" in str(value) else "saas"
    flow_entra = {"tenantId": FLOW_ENTRA, "deployment": deployment}
    return {"server": "https://flow.contoso.example/flow", "flowEntra": flow_entra}
