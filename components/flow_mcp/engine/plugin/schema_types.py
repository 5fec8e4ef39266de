"""Turn a JSON Schema into the types of a Pulumi package schema, from which typed SDKs are generated.

Source: https://www.pulumi.com/docs/iac/extending-pulumi/schema/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel, to_pascal

from flow_mcp.engine.plugin.resource import PACKAGE

_ANYTHING = {"$ref": "pulumi.json#/Any"}
_DEFINITION = "#/$defs/"


class SchemaTypes:
    """Collects the types of a package schema.

    Args:
        definitions: `$defs` of the JSON Schema.

    Attributes:
        types: the collected types by token, such as `flow-mcp:index:Client`.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self.types: dict[str, dict[str, Any]] = {}

    def of(self, schema: Mapping[str, Any], name: str = "") -> dict[str, Any]:
        """Return the type of a JSON Schema, and collect the types that it refers to.

        Args:
            schema: the JSON Schema.
            name: the name of the type, if the schema is an object with properties or an enumeration.

        Returns:
            A type, such as `{"type": "array", "items": {"$ref": "#/types/flow-mcp:index:Client"}}`.
        """
        match schema:
            case {"$ref": reference}:
                referenced = str(reference).removeprefix(_DEFINITION)
                return self.of(self._definitions[referenced], referenced)
            case {"properties": properties} if name:
                return self._named(name, schema, lambda: self._object(schema, properties))
            case {"enum": values} if name:
                return self._named(name, schema, lambda: _enumeration(values))
            case {"anyOf": options} if "properties" not in schema and "type" not in schema:
                return {"oneOf": [self.of(option, _object_name(option, name)) for option in options]}
            case {"type": "array", "items": items}:
                return {"type": "array", "items": self.of(items)}
            case {"type": "object", "patternProperties": patterns}:
                (values,) = patterns.values()
                return {"type": "object", "additionalProperties": self.of(values)}
            case {"type": "object", "additionalProperties": dict(values)}:
                return {"type": "object", "additionalProperties": self.of(values)}
            case {"type": "string" | "integer" | "boolean" as scalar}:
                return {"type": scalar}
            case {"enum": _}:
                return {"type": "string"}
            case _:
                return {"type": "object", "additionalProperties": _ANYTHING}

    def _named(self, name: str, schema: Mapping[str, Any], create: Any) -> dict[str, Any]:
        token = f"{PACKAGE}:index:{name}"
        if token not in self.types:
            self.types[token] = {}
            self.types[token] = {**_described(schema), **create()}
        return {"$ref": f"#/types/{token}"}

    def _object(self, schema: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                to_identifier(key): {**self.of(value), **_described(value)}
                for key, value in properties.items()
            },
            "required": [to_identifier(key) for key in schema.get("required", ())],
        }


def to_identifier(key: str) -> str:
    """Return a key as every programming language can write it: `flowEntra` for `flow-entra`."""
    return to_camel(key.replace("-", "_")) if "-" in key else key


def _enumeration(values: list[str]) -> dict[str, Any]:
    named = [{"name": to_pascal(value.replace("-", "_")), "value": value} for value in values]
    return {"type": "string", "enum": named}


def _object_name(option: Mapping[str, Any], name: str) -> str:
    return name if "properties" in option else ""


def _described(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description with the default, which is not the SDK's to set: the declaration sets it."""
    description = str(schema.get("description", ""))
    default = schema.get("default")
    if isinstance(default, str | bool | int) and "efault:" not in description:
        shown = str(default).lower() if isinstance(default, bool) else default
        description = f"{description} Default: {shown}."
    return {"description": description.strip()} if description else {}
