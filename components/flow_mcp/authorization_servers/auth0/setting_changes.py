"""What a change of each setting means to a reviewer."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_HERE: Path = ("authorizationServer", "auth0")

SETTING_CHANGES = (
    SettingChange((*_HERE, "domain"), "identity"),
    SettingChange((*_HERE, "customDomain"), "identity"),
    SettingChange(
        (*_HERE, "tenantSettings", "manage"),
        "ownership",
        "The stack sets switches of the whole Auth0 tenant, which other applications live with too",
        "The stack leaves the switches of the whole Auth0 tenant as they are",
    ),
    SettingChange(
        (*_HERE, "roles", "create"),
        "creation",
        "The stack makes and owns the roles by which people are admitted",
        "The roles by which people are admitted are no longer the stack's",
    ),
)
