"""The Scalekit setting whose change a reviewer must approve."""

from __future__ import annotations

from flow_mcp.declaration.setting_changes import SettingChange

SETTING_CHANGES = (SettingChange(("authorizationServer", "scalekit", "environmentUrl"), "identity"),)
