"""The Auth0 settings whose changes a reviewer must approve."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_PATH: Path = ("authorizationServer", "auth0")

SETTING_CHANGES = (
    SettingChange((*_PATH, "domain"), "identity"),
    SettingChange((*_PATH, "customDomain"), "identity"),
    SettingChange(
        (*_PATH, "tenantSettings", "manage"),
        "ownership",
        "The stack changes settings of the whole Auth0 tenant, which also apply to other applications",
        "The stack no longer changes settings of the whole Auth0 tenant",
    ),
    SettingChange(
        (*_PATH, "roles", "create"),
        "creation",
        "The stack creates and owns the roles that admit people",
        "The stack no longer owns the roles that admit people",
    ),
)
