"""What a change of each setting means to a reviewer."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_HERE: Path = ("authorizationServer", "external")

SETTING_CHANGES = (
    SettingChange((*_HERE, "authority"), "identity"),
    SettingChange((*_HERE, "resources"), "recognition"),
    SettingChange((*_HERE, "tokens"), "token-reading", "Tokens are read in another way"),
    SettingChange((*_HERE, "clientRegistration"), "administration", "Clients are registered in another way"),
)
