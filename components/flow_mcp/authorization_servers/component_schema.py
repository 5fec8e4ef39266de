"""The plugin's package schema, from which SDKs in other languages are generated.

Pulumi infers a component's schema from Python's annotations, and refuses unions there. The schema itself may
have them, so the component's inputs get the types of the declaration.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, MutableMapping
from typing import Any

from pulumi.provider.experimental.component import ComponentProvider

from flow_mcp.authorization_servers import KINDS, plugin_members
from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.engine.plugin.resource import PACKAGE
from flow_mcp.engine.plugin.schema import package_schema
from flow_mcp.engine.plugin.schema_types import SchemaTypes, to_identifier

_COMPONENT = f"{PACKAGE}:index:McpServerSettings"
_SECRETS = ("clientSecrets", "otherClientSecrets")


def plugin_schema(version: str) -> dict[str, Any]:
    """Return the Pulumi package schema of the plugin's components, resources and functions.

    Args:
        version: the package's version, which generated SDKs have too.
    """
    provider = ComponentProvider(plugin_members.components(), PACKAGE, version=version)
    inferred = json.loads(provider.schema or "{}")
    return package_schema(_typed(inferred), plugin_members.RESOURCES, plugin_members.FUNCTIONS)


def _typed(inferred: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inferred package schema with the declaration's types, secrets and texts.

    The inputs stay plain values: the set of resources is computed from them.
    """
    schema = stack_schema()
    types = SchemaTypes(schema["$defs"])
    declared = schema["properties"]["config"]["properties"]
    component = inferred["resources"][_COMPONENT]
    inputs = {
        name: {
            **(
                types.of(value)
                if (value := declared.get(f"{PACKAGE}:{name}"))
                else _without_texts(inferred_type)
            ),
            "description": inferred_type["description"],
            "plain": True,
        }
        for name, inferred_type in component["inputProperties"].items()
    }
    outputs = {
        name: {
            **_without_texts(output),
            "description": output["description"],
            **({"secret": True} if name in _SECRETS else {}),
        }
        for name, output in component["properties"].items()
    }
    return {
        **inferred,
        "displayName": "Flow MCP",
        "description": "Profitbase Flow's MCP Server Settings as code.",
        "keywords": ["category/utility", "kind/component", "mcp", "oauth"],
        "types": dict(sorted(types.types.items())),
        "resources": {
            _COMPONENT: {
                **component,
                "description": inspect.cleandoc(component["description"]),
                "inputProperties": inputs,
                "properties": outputs,
            }
        },
    }


def restore_keys(inputs: MutableMapping[str, Any]) -> None:
    """Replace names that SDKs write, such as `flowEntra`, by the declaration's keys: `flow-entra`.

    Args:
        inputs: the component's inputs as the engine sends them, a protobuf Struct.
    """
    server: Any = inputs
    for key in ("tenant", "authorizationServer"):
        # A Struct is a mapping with these methods, but no instance of Mapping.
        if not hasattr(server, "keys") or key not in server:
            return
        server = server[key]
    for key in KINDS if hasattr(server, "keys") else ():
        identifier = to_identifier(key)
        if identifier != key and identifier in server:
            server[key] = server[identifier]
            del server[identifier]


def _without_texts(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an inferred type without the description and the flag that Pulumi repeats inside it."""
    return {
        key: _without_texts(value) if isinstance(value, dict) else value
        for key, value in schema.items()
        if key not in ("description", "plain")
    }
