"""The JSON Schema of the pack's configuration, for editors; Pulumi validates with the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from flow_mcp.common.json_schema import DIALECT
from flow_mcp.review.policy.configuration import LEVEL, OUTPUTS, Level, schema
from flow_mcp.review.policy.rule import Rule


def configuration_schema(rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the schema of `policies/configuration.json` (JSON Schema 2020-12)."""
    level = {"description": "Enforcement level of the rule.", "enum": list(get_args(Level))}
    properties: dict[str, Any] = {
        "all": {**level, "description": "Enforcement level of every rule without its own."}
    }
    for rule in rules:
        structure = {
            "type": "object",
            "properties": {LEVEL: level, **schema(rule)},
            "additionalProperties": False,
        }
        properties[rule.id] = {"description": rule.message, "anyOf": [level, structure]}
        properties[f"{rule.id}{OUTPUTS}"] = {"$ref": f"#/properties/{rule.id}/anyOf/0"}
    return {
        "$schema": DIALECT,
        "title": "Flow MCP policy configuration",
        "description": "Each rule's enforcement level, who may waive it, and its settings.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
