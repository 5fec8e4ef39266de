"""The JSON Schema of evidence."""

from __future__ import annotations

from typing import Any

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.review.evidence.statement import Statement


def evidence_schema() -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of the signed statement."""
    return {"$schema": DIALECT, **Statement.model_json_schema(schema_generator=Schema)}
