"""What an installed Pulumi SDK says of its plugin: resources, functions, properties, types, secrets."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from types import ModuleType
from typing import Any

import pulumi
from pulumi import _types

from tests.standin.shapes import Shape, is_optional, property_hints, shape

_REPLACES = re.compile(r"[Cc]hang(ing|e) (to )?this.*forces?.*created", re.DOTALL)


@dataclass(frozen=True)
class ResourceType:
    """A resource type of the plugin.

    Attributes:
        token: such as `azuread:index/application:Application`.
        inputs: shape of each input.
        required: inputs that must be given.
        replaced_by: inputs whose change makes another resource, as the SDK's documentation says.
        outputs: shape of each output.
        computed: outputs that the server assigns where the program gives no value.
        secrets: outputs that are secret.
    """

    token: str
    inputs: Mapping[str, Shape]
    required: frozenset[str]
    replaced_by: frozenset[str]
    outputs: Mapping[str, Shape]
    computed: frozenset[str]
    secrets: frozenset[str]


@dataclass(frozen=True)
class Function:
    """A function (data source) of the plugin: its arguments and what its result has."""

    token: str
    arguments: frozenset[str]
    result: Mapping[str, Shape]


@dataclass(frozen=True)
class Sdk:
    """An SDK, read."""

    package: str
    version: str
    resources: Mapping[str, ResourceType]
    functions: Mapping[str, Function]
    configuration: ResourceType

    @classmethod
    def of(cls, package: str) -> Sdk:
        """Read `pulumi_<package>`."""
        module = import_module(f"pulumi_{package}")
        resources = [_resource(found) for found in _classes(module) if hasattr(found, "pulumi_type")]
        configuration = next(
            resource for resource in resources if resource.token == f"pulumi:providers:{package}"
        )
        return cls(
            package,
            version(f"pulumi_{package}"),
            {resource.token: resource for resource in resources if resource is not configuration},
            {function.token: function for function in _functions(module)},
            configuration,
        )


def _classes(module: ModuleType) -> list[type]:
    return [
        found
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, pulumi.CustomResource)
    ]


def _resource(found: Any) -> ResourceType:
    module = sys.modules[found.__module__]
    arguments = getattr(module, next(name for name in module.__all__ if name.endswith("Args")))
    parameters = inspect.signature(arguments.__init__).parameters
    names = _types.input_type_py_to_pulumi_names(arguments)
    secrets = re.findall(
        r"additional_secret_outputs=\[([^]]*)\]",
        inspect.getsource(found._internal_init),
    )
    documentation = {
        pulumi_name: inspect.getdoc(prop.fget) or ""
        for _, pulumi_name, prop in _types._py_properties(arguments)
    }
    return ResourceType(
        token=found.pulumi_type,
        inputs={name: shape(hint) for name, hint in property_hints(arguments).items()},
        required=frozenset(
            names[python_name]
            for python_name, parameter in parameters.items()
            if python_name in names and parameter.default is inspect.Parameter.empty
        ),
        replaced_by=frozenset(name for name, text in documentation.items() if _REPLACES.search(text)),
        outputs={name: shape(hint) for name, hint in property_hints(found).items()},
        computed=frozenset(name for name, hint in property_hints(found).items() if not is_optional(hint)),
        secrets=frozenset(re.findall(r'"(\w+)"', secrets[0])) if secrets else frozenset(),
    )


def _functions(module: ModuleType) -> list[Function]:
    functions = []
    for name, found in vars(module).items():
        if not (name.startswith("get_") and name.endswith("_output") and inspect.isfunction(found)):
            continue
        source = inspect.getsource(found)
        called = re.search(r"invoke_output\('([^']+)'.*typ=(\w+)\)", source)
        if called is None:
            continue
        token, result = called.groups()
        functions.append(
            Function(
                token,
                frozenset(re.findall(r"__args__\['(\w+)'\]", source)),
                {
                    key: shape(hint)
                    for key, hint in property_hints(getattr(sys.modules[found.__module__], result)).items()
                },
            )
        )
    return functions
