"""The JSON Schema of the settings document."""

from __future__ import annotations

from typing import Any

from flow_mcp.settings.document import SettingsDocument


def settings_schema() -> dict[str, Any]:
    """The schema of the settings document, version 1 (JSON Schema 2020-12)."""
    schema = SettingsDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
