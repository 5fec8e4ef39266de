"""The settings of an external authorization server whose changes a reviewer must approve."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_PATH: Path = ("authorizationServer", "external")

SETTING_CHANGES = (
    SettingChange((*_PATH, "authority"), "identity"),
    SettingChange((*_PATH, "resources"), "recognition"),
    SettingChange((*_PATH, "tokens"), "token-reading", "Tokens are read in another way"),
    SettingChange((*_PATH, "clientRegistration"), "administration", "Clients are registered in another way"),
)
