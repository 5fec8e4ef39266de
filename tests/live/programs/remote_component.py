"""Test data: a Pulumi program that uses the component from the plugin, as in other languages."""

from __future__ import annotations

from typing import Any

import pulumi


class RemoteSettings(pulumi.ComponentResource):
    """McpServerSettings, created by the plugin."""

    authority: pulumi.Output[str]
    client_secrets: pulumi.Output[dict[str, str]]

    def __init__(self, name: str, inputs: dict[str, Any]) -> None:
        outputs = dict.fromkeys(("authority", "clientSecrets"))
        super().__init__("flow-mcp:index:McpServerSettings", name, {**outputs, **inputs}, remote=True)

    def translate_output_property(self, prop: str) -> str:
        return {"clientSecrets": "client_secrets"}.get(prop, prop)


config = pulumi.Config()
settings = RemoteSettings(
    "settings", {"tenant": config.require_object("tenant"), "instance": config.require_object("instance")}
)
pulumi.export("authority", settings.authority)
