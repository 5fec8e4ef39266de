"""What a change of each setting means to a reviewer."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_INSTANCE: Path = ("instance", "flowEntra")

SETTING_CHANGES = (
    SettingChange((*_INSTANCE, "tenantId"), "identity"),
    SettingChange((*_INSTANCE, "cloud"), "identity"),
    SettingChange((*_INSTANCE, "owners"), "owners"),
    SettingChange((*_INSTANCE, "verifiedDomains"), "verified-domains"),
    SettingChange(
        (*_INSTANCE, "deployment"),
        "administration",
        "Others make the applications: the stack (saas), or an administrator (on-premises)",
    ),
    SettingChange(("authorizationServer", "flow-entra", "applications"), "recognition"),
)
