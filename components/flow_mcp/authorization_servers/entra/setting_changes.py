"""The Entra settings whose changes a reviewer must approve."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_PATH: Path = ("authorizationServer", "entra")

SETTING_CHANGES = (
    SettingChange((*_PATH, "tenantId"), "identity"),
    SettingChange((*_PATH, "cloud"), "identity"),
    SettingChange((*_PATH, "owners"), "owners"),
    SettingChange((*_PATH, "verifiedDomains"), "verified-domains"),
    SettingChange((*_PATH, "apis"), "recognition"),
)
