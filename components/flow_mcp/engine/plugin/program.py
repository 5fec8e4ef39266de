"""The program's side of the plugin: what resources and functions look like to a Pulumi program in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel, to_snake

from flow_mcp.engine.plugin.resource import PACKAGE


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


@contextmanager
def errors_reported() -> Iterator[None]:
    """Report a `pulumi.RunError` of this block as the program's last message, and end the program.

    Pulumi adds `an unhandled error occurred` where a program fails. Exit code 32 tells it that the user knows
    the reason (`pulumi-language-python-exec` of Pulumi's Python SDK).

    Raises:
        SystemExit: with code 32.
    """
    try:
        yield
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        raise SystemExit(_REASON_IS_KNOWN) from None


_REASON_IS_KNOWN = 32


def call(function: str, arguments: Mapping[str, Any], opts: pulumi.InvokeOptions | None = None) -> Any:
    """Call a function of the plugin with plain values, in previews too.

    Raises:
        pulumi.RunError: the function's sentence.
    """
    token = f"{PACKAGE}:index:{function}"
    try:
        return pulumi.runtime.invoke(token, dict(arguments), opts).value
    except Exception as error:  # the SDK raises nothing narrower
        raise pulumi.RunError(cause(error)) from None


def cause(error: Exception) -> str:
    """What a plugin's function failed with, without what the SDK, the engine and the bridge put before it."""
    text = str(error)
    while text != (inner := _WRAPPING.sub("", text.strip(), count=1)):
        text = inner
    return text


_WRAPPING = re.compile(
    r"^(?:invoke of \S+ failed: |invocation of \S+ returned an error: |invoking \S+: "
    r"|1 error occurred:\s*\* )"
)
