"""Generate the project's JSON Schemas without titles and defaults that are useless in an editor."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic.alias_generators import to_pascal
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# If two authorization servers have classes with the same name, pydantic adds the names of their modules.
_QUALIFIED = re.compile(r"flow_mcp__authorization_servers__(\w+?)__declaration__(\w+)")


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its published file."""
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


class Schema(GenerateJsonSchema):
    """A generator that omits titles, nulls and empty defaults, and closes mappings with key patterns."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 pydantic's signature
        """Return False: a property's key is its title."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """Return the schema without null: None in Python means that the key is absent."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Return the schema with its default, unless the default is empty or false."""
        described = super().default_schema(schema)
        if not described.get("default", True):
            return {key: value for key, value in described.items() if key != "default"}
        return described

    def encode_default(self, dft: Any) -> Any:
        """Return the default without its empty parts."""
        return _without_empty(super().encode_default(dft))

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Return the schema of a mapping; if its keys have a pattern, no other keys are allowed."""
        described = super().dict_schema(schema)
        return {**described, "additionalProperties": False} if "patternProperties" in described else described


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        parts = {key: _without_empty(part) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part not in (None, False, {}, [])}
    return value


def readable(schema: Any) -> Any:
    """Return the schema with readable names of its definitions."""
    if isinstance(schema, dict):
        return {_name(key): readable(part) for key, part in schema.items()}
    if isinstance(schema, list):
        return [readable(part) for part in schema]
    return _name(schema) if isinstance(schema, str) else schema


def _name(text: str) -> str:
    return _QUALIFIED.sub(lambda match: f"{to_pascal(match[1])}{match[2]}", text)
