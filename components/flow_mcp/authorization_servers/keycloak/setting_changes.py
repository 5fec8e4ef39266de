"""The Keycloak settings whose changes a reviewer must approve."""

from __future__ import annotations

from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange

_PATH: Path = ("authorizationServer", "keycloak")

SETTING_CHANGES = (
    SettingChange((*_PATH, "url"), "identity"),
    SettingChange((*_PATH, "realm", "name"), "identity"),
    SettingChange(
        (*_PATH, "adminUrl"),
        "administration",
        "The stack sends the administrator's credentials to another address of the admin API",
    ),
    SettingChange(
        (*_PATH, "administration"),
        "administration",
        "The administrator signs in with another realm or client",
    ),
    SettingChange(
        (*_PATH, "realm", "create"),
        "creation",
        "The stack creates and owns the realm",
        "The stack no longer owns the realm and uses an existing one",
    ),
    SettingChange(
        (*_PATH, "registration", "manage"),
        "ownership",
        "The stack may change the registration policies of a realm that it does not own",
        "The stack no longer changes the registration policies of the realm",
    ),
    SettingChange(
        (*_PATH, "realm", "deletable"),
        "protection",
        "Deleting the stack deletes the realm with all its users",
        "Deleting the stack keeps the realm",
    ),
    SettingChange((*_PATH, "scopes"), "recognition"),
    SettingChange((*_PATH, "registration", "dynamic", "senderHosts"), "unlimited-when-empty"),
)
