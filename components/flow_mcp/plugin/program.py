"""The program's side of the plugin: what resources and functions look like to a Pulumi program in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel, to_snake

from flow_mcp.plugin.resource import PACKAGE


class PluginResource(pulumi.CustomResource):
    """A resource of the plugin: the class has the kind's name, and annotates the outputs that it shows."""

    def __init__(
        self,
        resource_name: str,
        inputs: Mapping[str, pulumi.Input[Any]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        kind = type(self)
        outputs = dict.fromkeys(kind.__annotations__)
        super().__init__(f"{PACKAGE}:index:{kind.__name__}", resource_name, {**outputs, **inputs}, opts)

    def translate_input_property(self, prop: str) -> str:
        """Pulumi's name of a property."""
        return to_camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """Python's name of a property."""
        return to_snake(prop)


def call(function: str, arguments: Mapping[str, Any], opts: pulumi.InvokeOptions | None = None) -> Any:
    """Call a function of the plugin with plain values, in previews too.

    Raises:
        pulumi.RunError: the function's sentence.
    """
    token = f"{PACKAGE}:index:{function}"
    try:
        return pulumi.runtime.invoke(token, dict(arguments), opts).value
    except Exception as error:
        # The SDK raises plain exceptions; it and the engine put words of their own before the sentence.
        sentence = str(error).removeprefix(f"invoke of {token} failed: ")
        raise pulumi.RunError(sentence.removeprefix(f"invocation of {token} returned an error: ")) from None
