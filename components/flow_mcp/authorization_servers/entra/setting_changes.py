"""What a change of each setting means to a reviewer."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_HERE: Path = ("authorizationServer", "entra")

SETTING_CHANGES = (
    SettingChange((*_HERE, "tenantId"), "identity"),
    SettingChange((*_HERE, "cloud"), "identity"),
    SettingChange((*_HERE, "owners"), "owners"),
    SettingChange((*_HERE, "verifiedDomains"), "verified-domains"),
)
