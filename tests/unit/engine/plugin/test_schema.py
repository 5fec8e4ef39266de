"""The package schema describes the inputs and results of resources and functions."""

from __future__ import annotations

from flow_mcp.engine.plugin.schema import package_schema
from tests.unit.engine.plugin.shelf import FreeWidth, Shelf


def test_a_resource_and_a_function_are_described() -> None:
    titles = {"type": "array", "items": {"type": "string"}}
    assert package_schema({"name": "flow-mcp"}, [Shelf()], [FreeWidth()]) == {
        "name": "flow-mcp",
        "resources": {
            "flow-mcp:index:Shelf": {
                "description": "A shelf.",
                "inputProperties": {
                    "room": {"type": "string", "willReplaceOnChanges": True},
                    "bookTitles": titles,
                    "width": {"type": "integer"},
                    "label": {"type": "string"},
                },
                "requiredInputs": ["room"],
                "properties": {
                    "room": {"type": "string"},
                    "bookTitles": titles,
                    "width": {"type": "integer"},
                    "label": {"type": "string"},
                    "key": {"type": "string", "secret": True},
                    "dust": titles,
                },
                "required": ["room", "width", "key"],
            }
        },
        "functions": {
            "flow-mcp:index:freeWidth": {
                "description": "How much space a room has.",
                "inputs": {
                    "type": "object",
                    "properties": {"room": {"type": "string"}},
                    "required": ["room"],
                },
                "outputs": {
                    "type": "object",
                    "properties": {"freeWidth": {"type": "integer"}},
                    "required": ["freeWidth"],
                },
            }
        },
    }
