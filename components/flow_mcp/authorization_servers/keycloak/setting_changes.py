"""What a change of each setting means to a reviewer."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_HERE: Path = ("authorizationServer", "keycloak")

SETTING_CHANGES = (
    SettingChange((*_HERE, "url"), "identity"),
    SettingChange((*_HERE, "realm", "name"), "identity"),
    SettingChange(
        (*_HERE, "adminUrl"),
        "administration",
        "The admin API is called at another address, with the administrator's credentials",
    ),
    SettingChange((*_HERE, "administration"), "administration", "The administrator signs in elsewhere"),
    SettingChange(
        (*_HERE, "realm", "create"),
        "creation",
        "The stack makes the realm and owns it",
        "The stack no longer owns the realm, and uses one that exists",
    ),
    SettingChange(
        (*_HERE, "registration", "manage"),
        "ownership",
        "The stack may change the registration policies of a realm that it does not own",
        "The stack leaves the registration policies of the realm alone",
    ),
    SettingChange(
        (*_HERE, "realm", "deletable"),
        "protection",
        "The realm, with the people in it, may go when the stack does",
        "The realm stays when the stack goes",
    ),
    SettingChange((*_HERE, "registration", "dynamic", "senderHosts"), "unlimited-when-empty"),
)
