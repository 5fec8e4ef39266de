"""Who may reach what: a tenant's access, told from its declaration alone."""

from __future__ import annotations

from flow_mcp.declaration.access.snapshot import snapshot
from flow_mcp.declaration.access.tenant_access import ClientAccess, PeopleAccess, TenantAccess, WayAccess

__all__ = ["ClientAccess", "PeopleAccess", "TenantAccess", "WayAccess", "snapshot"]
