"""The JSON Schema of the settings document."""

from __future__ import annotations

from typing import Any

from flow_mcp.schemas import DIALECT, Schema
from flow_mcp.settings.document import SettingsDocument


def settings_schema() -> dict[str, Any]:
    """The schema of the settings document, version 1 (JSON Schema 2020-12)."""
    return {"$schema": DIALECT, **SettingsDocument.model_json_schema(schema_generator=Schema)}
