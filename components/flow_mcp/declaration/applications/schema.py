"""The JSON Schema of files of known applications."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from flow_mcp.common.json_schema import DIALECT, Schema, readable
from flow_mcp.declaration.applications.entry import Entry
from flow_mcp.declaration.base import Name


def applications_schema() -> dict[str, Any]:
    """Return the schema of `stacks/applications.yaml` (JSON Schema 2020-12)."""
    described: dict[str, Any] = readable(
        {
            "$schema": DIALECT,
            "title": "Known MCP applications",
            "description": "Applications by name. An entry of a known name replaces the keys that it has.",
            **TypeAdapter(dict[Name, Entry]).json_schema(schema_generator=Schema),
        }
    )
    return described
