"""The JSON Schemas of the settings document and of its envelope."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.settings.document import SettingsDocument
from flow_mcp.settings.envelope import SettingsEnvelope


def settings_schema() -> dict[str, Any]:
    """Return the schema of the settings document, version 1 (JSON Schema 2020-12)."""
    return _schema(SettingsDocument)


def envelope_schema() -> dict[str, Any]:
    """Return the schema of the envelope, version 1 (JSON Schema 2020-12)."""
    return _schema(SettingsEnvelope)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"$schema": DIALECT, **model.model_json_schema(schema_generator=Schema)}
