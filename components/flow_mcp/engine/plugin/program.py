"""Use the plugin's resources and functions in a Pulumi program in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

import pulumi
from pydantic.alias_generators import to_camel, to_snake

from flow_mcp.engine.plugin.resource import PACKAGE

_Inputs = TypeVar("_Inputs", bound=Mapping[str, Any])


class PluginResource(pulumi.CustomResource, Generic[_Inputs]):
    """Base class of the plugin's resources; subclasses are named after the type and annotate its outputs.

    Args:
        resource_name: name of the Pulumi resource.
        inputs: the inputs by their names in Python; the plugin's class of the inputs describes them.
        opts: options of the Pulumi resource.
    """

    def __init__(
        self, resource_name: str, inputs: _Inputs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        subclass = type(self)
        outputs = dict.fromkeys(subclass.__annotations__)
        super().__init__(f"{PACKAGE}:index:{subclass.__name__}", resource_name, {**outputs, **inputs}, opts)

    def translate_input_property(self, prop: str) -> str:
        """Return Pulumi's name of a property."""
        return to_camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """Return Python's name of a property."""
        return to_snake(prop)


@contextmanager
def errors_reported() -> Iterator[None]:
    """Report a `pulumi.RunError` in this block as the program's last message, and end the program.

    Pulumi adds `an unhandled error occurred` if a program fails, unless its exit code is 32, which means that
    the reason has been reported (`pulumi-language-python-exec` of Pulumi's Python SDK).

    Raises:
        SystemExit: with code 32, after a `pulumi.RunError`.
    """
    try:
        yield
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        raise SystemExit(_REASON_IS_KNOWN) from None


_REASON_IS_KNOWN = 32


def call(function: str, arguments: Mapping[str, Any], opts: pulumi.InvokeOptions | None = None) -> Any:
    """Call a function of the plugin with plain values, also in previews.

    Raises:
        pulumi.RunError: the function failed; has its message.
    """
    token = f"{PACKAGE}:index:{function}"
    try:
        return pulumi.runtime.invoke(token, dict(arguments), opts).value
    except Exception as error:  # the SDK raises nothing narrower
        raise pulumi.RunError(cause(error)) from None


def cause(error: Exception) -> str:
    """Return the error message of a plugin's function without the prefixes of SDK, engine and bridge."""
    text = str(error)
    while text != (without_prefix := _PREFIX.sub("", text.strip(), count=1)):
        text = without_prefix
    return text


_PREFIX = re.compile(
    r"^(?:invoke of \S+ failed: |invocation of \S+ returned an error: |invoking \S+: "
    r"|1 error occurred:\s*\* )"
)
