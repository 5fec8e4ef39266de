"""The JSON Schema of a stack's file, for editors and other tools."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from flow_mcp.authorization_servers import KINDS
from flow_mcp.common.json_schema import DIALECT, Schema, readable
from flow_mcp.declaration.instance import Instance


def stack_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of `stacks/Pulumi.<stack>.yaml`; it allows Pulumi's own keys."""
    tenant = KINDS.tenant_model()
    references, definitions = models_json_schema(
        [(tenant, "validation"), (Instance, "validation")], schema_generator=Schema
    )
    schema = {
        "$schema": DIALECT,
        "title": "Flow MCP stack",
        "description": "A tenant's MCP Server Settings.",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "required": ["flow-mcp:tenant"],
                "properties": {
                    "flow-mcp:tenant": references[(tenant, "validation")],
                    "flow-mcp:instance": references[(Instance, "validation")],
                },
            }
        },
        **definitions,
    }
    readable_schema: dict[str, Any] = readable(schema)
    return readable_schema
