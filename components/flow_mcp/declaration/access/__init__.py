"""A tenant's access (clients, registration methods, people), computed from its declaration alone."""

from __future__ import annotations

from flow_mcp.declaration.access.snapshot import snapshot
from flow_mcp.declaration.access.tenant_access import (
    ClientAccess,
    PeopleAccess,
    RegistrationMethodAccess,
    TenantAccess,
)

__all__ = ["ClientAccess", "PeopleAccess", "RegistrationMethodAccess", "TenantAccess", "snapshot"]
