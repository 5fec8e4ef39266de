"""Reads the resources, functions, properties, types and secrets of a plugin from its installed Pulumi SDK."""

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
        replaced_by: inputs whose change replaces the resource, according to the SDK's documentation.
        outputs: shape of each output.
        computed: outputs that the server assigns if the program sets no value.
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
    """A function (data source) of the plugin: its arguments and the properties of its result."""

    token: str
    arguments: frozenset[str]
    result: Mapping[str, Shape]


@dataclass(frozen=True)
class Sdk:
    """The contents of an SDK."""

    package: str
    version: str
    resources: Mapping[str, ResourceType]
    functions: Mapping[str, Function]
    configuration: ResourceType

    @classmethod
    def of(cls, package: str) -> Sdk:
        """Read the SDK `pulumi_<package>`."""
        module = import_module(f"pulumi_{package}")
        resources = [_resource(cls_) for cls_ in _classes(module) if hasattr(cls_, "pulumi_type")]
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
        member
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, pulumi.CustomResource)
    ]


def _resource(resource_class: Any) -> ResourceType:
    module = sys.modules[resource_class.__module__]
    arguments = getattr(module, next(name for name in module.__all__ if name.endswith("Args")))
    parameters = inspect.signature(arguments.__init__).parameters
    names = _types.input_type_py_to_pulumi_names(arguments)
    secrets = re.findall(
        r"additional_secret_outputs=\[([^]]*)\]",
        inspect.getsource(resource_class._internal_init),
    )
    documentation = {
        pulumi_name: inspect.getdoc(prop.fget) or ""
        for _, pulumi_name, prop in _types._py_properties(arguments)
    }
    hints = property_hints(resource_class)
    return ResourceType(
        token=resource_class.pulumi_type,
        inputs={name: shape(hint) for name, hint in property_hints(arguments).items()},
        required=frozenset(
            names[python_name]
            for python_name, parameter in parameters.items()
            if python_name in names and parameter.default is inspect.Parameter.empty
        ),
        replaced_by=frozenset(name for name, text in documentation.items() if _REPLACES.search(text)),
        outputs={name: shape(hint) for name, hint in hints.items()},
        computed=frozenset(name for name, hint in hints.items() if not is_optional(hint)),
        secrets=frozenset(re.findall(r'"(\w+)"', secrets[0])) if secrets else frozenset(),
    )


def _functions(module: ModuleType) -> list[Function]:
    functions = []
    for name, member in vars(module).items():
        if not (name.startswith("get_") and name.endswith("_output") and inspect.isfunction(member)):
            continue
        source = inspect.getsource(member)
        invocation = re.search(r"invoke_output\('([^']+)'.*typ=(\w+)\)", source)
        if invocation is None:
            continue
        token, result = invocation.groups()
        functions.append(
            Function(
                token,
                frozenset(re.findall(r"__args__\['(\w+)'\]", source)),
                {
                    key: shape(hint)
                    for key, hint in property_hints(getattr(sys.modules[member.__module__], result)).items()
                },
            )
        )
    return functions
