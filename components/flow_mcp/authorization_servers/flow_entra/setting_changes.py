"""The settings of the Flow instance's Entra tenant whose changes a reviewer must approve."""

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
        "The applications are created by the stack (saas) or by an administrator (on-premises)",
    ),
    SettingChange(("authorizationServer", "flow-entra", "applications"), "recognition"),
    SettingChange(("authorizationServer", "flow-entra", "apis"), "recognition"),
)
