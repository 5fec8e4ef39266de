"""The Pulumi package schema, from which SDKs in other languages are generated."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flow_mcp.engine.plugin.resource import PACKAGE, Properties

if TYPE_CHECKING:
    from flow_mcp.engine.plugin.provider import AnyFunction, AnyResource

_ANYTHING = {"$ref": "pulumi.json#/Any"}


def package_schema(
    components: Mapping[str, Any], resources: Iterable[AnyResource], functions: Iterable[AnyFunction]
) -> dict[str, Any]:
    """Return the components' schema (Pulumi package schema) with resources and functions added."""
    return {
        **components,
        "resources": {
            **components.get("resources", {}),
            **{_token(resource.name): _resource(resource) for resource in resources},
        },
        "functions": {_token(function.name): _function(function) for function in functions},
    }


def _token(name: str) -> str:
    return f"{PACKAGE}:index:{name}"


def _resource(resource: AnyResource) -> dict[str, Any]:
    inputs, state = _object(resource.inputs), _object(resource.state)
    for name in resource.secrets:
        state["properties"][name]["secret"] = True
    for name in resource.replaced_by:
        inputs["properties"][name]["willReplaceOnChanges"] = True
    return {
        "description": inspect.getdoc(resource) or "",
        "inputProperties": inputs["properties"],
        "requiredInputs": inputs["required"],
        "properties": state["properties"],
        "required": state["required"],
    }


def _function(function: AnyFunction) -> dict[str, Any]:
    return {
        "description": inspect.getdoc(function) or "",
        "inputs": {"type": "object", **_object(function.arguments)},
        "outputs": {"type": "object", **_object(function.result)},
    }


def _object(model: type[Properties]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True)
    return {
        "properties": {name: _type(value) for name, value in schema["properties"].items()},
        "required": schema.get("required", []),
    }


def _type(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a property's type. Nested mappings are not described: programs do not use them."""
    if "anyOf" in schema:
        return _type(next(option for option in schema["anyOf"] if option["type"] != "null"))
    match schema.get("type"):
        case "array":
            return {"type": "array", "items": _type(schema["items"])}
        case "string" | "integer" | "boolean" as name:
            return {"type": name}
        case _:
            return {"type": "object", "additionalProperties": _ANYTHING}
