"""The JSON Schema of a stack's file, for editors and for other tools."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from flow_mcp.authorization_servers import KINDS
from flow_mcp.common.json_schema import DIALECT, Schema, readable
from flow_mcp.declaration.instance import Instance


def stack_schema() -> dict[str, Any]:
    """The schema of `stacks/Pulumi.<stack>.yaml` (JSON Schema 2020-12); Pulumi's own keys are allowed."""
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
    described: dict[str, Any] = readable(schema)
    return described
