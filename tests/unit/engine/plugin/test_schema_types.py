"""Types of the Pulumi package schema, from JSON Schemas."""

from __future__ import annotations

from typing import Any

from flow_mcp.engine.plugin.schema_types import SchemaTypes

DEFINITIONS: dict[str, Any] = {
    "Shelf": {
        "type": "object",
        "description": "A shelf.",
        "properties": {
            "room-name": {"type": "string", "description": "Where it is."},
            "width": {"type": "integer", "default": 80, "description": "In centimetres."},
            "open": {"type": "boolean", "default": False},
            "kind": {"$ref": "#/$defs/Kind"},
            "above": {"$ref": "#/$defs/Shelf"},
            "books": {"type": "array", "items": {"type": "string"}},
            "labels": {"type": "object", "patternProperties": {"^[a-z]$": {"type": "string"}}},
            "extra": {"type": "object"},
        },
        "required": ["room-name"],
    },
    "Kind": {"enum": ["floating", "book-case"], "description": "Its kind.", "type": "string"},
    "Owner": {
        "anyOf": [
            {"enum": ["everyone"]},
            {"type": "object", "description": "Some people.", "properties": {"groups": {"type": "boolean"}}},
        ]
    },
}


def test_a_definition_becomes_a_type_with_descriptions_defaults_and_required_properties() -> None:
    types = SchemaTypes(DEFINITIONS)
    assert types.of({"$ref": "#/$defs/Shelf"}) == {"$ref": "#/types/flow-mcp:index:Shelf"}
    assert types.types == {
        "flow-mcp:index:Shelf": {
            "description": "A shelf.",
            "type": "object",
            "properties": {
                "roomName": {"type": "string", "description": "Where it is."},
                "width": {"type": "integer", "description": "In centimetres. Default: 80."},
                "open": {"type": "boolean", "description": "Default: false."},
                "kind": {"$ref": "#/types/flow-mcp:index:Kind"},
                "above": {"$ref": "#/types/flow-mcp:index:Shelf"},
                "books": {"type": "array", "items": {"type": "string"}},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "extra": {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
            },
            "required": ["roomName"],
        },
        "flow-mcp:index:Kind": {
            "description": "Its kind.",
            "type": "string",
            "enum": [
                {"name": "Floating", "value": "floating"},
                {"name": "BookCase", "value": "book-case"},
            ],
        },
    }


def test_alternatives_become_a_union() -> None:
    types = SchemaTypes(DEFINITIONS)
    assert types.of({"$ref": "#/$defs/Owner"}) == {
        "oneOf": [{"type": "string"}, {"$ref": "#/types/flow-mcp:index:Owner"}]
    }
    assert types.types == {
        "flow-mcp:index:Owner": {
            "description": "Some people.",
            "type": "object",
            "properties": {"groups": {"type": "boolean"}},
            "required": [],
        }
    }
