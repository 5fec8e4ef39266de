"""The Scalekit settings whose changes a reviewer must approve."""

from __future__ import annotations

from flow_mcp.declaration.setting_changes import SettingChange

SETTING_CHANGES = (
    SettingChange(("authorizationServer", "scalekit", "environmentUrl"), "identity"),
    SettingChange(
        ("authorizationServer", "scalekit", "scopes"),
        "token-reading",
        "The scopes that tokens must have change",
    ),
)
