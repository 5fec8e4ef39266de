"""How this project's JSON Schemas look: what an editor shows of them is worth reading."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic.alias_generators import to_pascal
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# Two authorization servers may have classes of one name, which pydantic then tells apart by their modules.
_QUALIFIED = re.compile(r"flow_mcp__authorization_servers__(\w+?)__declaration__(\w+)")


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its published file."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


class Schema(GenerateJsonSchema):
    """No titles of properties, no null for what may be left out, no other keys in mappings by name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 pydantic's signature
        """Whether a property gets a title: its key says as much."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """An optional value: None is how Python says that the key is not there."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default that says something; what is left out is not worth showing."""
        described = super().default_schema(schema)
        if not described.get("default", True):
            return {key: value for key, value in described.items() if key != "default"}
        return described

    def encode_default(self, dft: Any) -> Any:
        """The default without the parts that say nothing."""
        return _telling(super().encode_default(dft))

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A mapping by name: other names are refused."""
        described = super().dict_schema(schema)
        return {**described, "additionalProperties": False} if "patternProperties" in described else described


def _telling(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: part for key, each in value.items() if (part := _telling(each)) not in (None, False, {}, [])
        }
    return value


def readable(schema: Any) -> Any:
    """The schema with names of definitions that a person can read."""
    if isinstance(schema, dict):
        return {_name(key): readable(part) for key, part in schema.items()}
    if isinstance(schema, list):
        return [readable(part) for part in schema]
    return _name(schema) if isinstance(schema, str) else schema


def _name(text: str) -> str:
    return _QUALIFIED.sub(lambda match: f"{to_pascal(match[1])}{match[2]}", text)
