"""The plugin's provider, which passes each request of the engine to its resource or function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue
from pydantic import BaseModel, ValidationError

from flow_mcp.engine.plugin import configuration, values
from flow_mcp.engine.plugin.log import reporting_on
from flow_mcp.engine.plugin.resource import Function, Made, PartlyDoneError, Properties, Resource
from flow_mcp.engine.plugin.values import UNKNOWN, plain, secret_names, unknown_names

AnyResource = Resource[Any, Any]
AnyFunction = Function[Any, Any]
ResultT = TypeVar("ResultT")


class UnfinishedError(PartlyDoneError):
    """A PartlyDoneError with the state as Pulumi's property values."""

    def __init__(self, cause: PartlyDoneError, properties: Mapping[str, PropertyValue]) -> None:
        super().__init__(str(cause), cause.made)
        self.properties = dict(properties)


class Provider(sdk.Provider):
    """A provider of resources and functions; their methods, which may block, run in separate threads."""

    def __init__(self, resources: Iterable[AnyResource], functions: Iterable[AnyFunction]) -> None:
        self._resources = {resource.name: resource for resource in resources}
        self._functions = {function.name: function for function in functions}

    async def configure(self, request: sdk.ConfigureRequest) -> sdk.ConfigureResponse:
        plain_values = plain(request.args)
        configuration.configure(
            {name: value for name, value in plain_values.items() if isinstance(value, str)}
        )
        return await super().configure(request)

    async def check(self, request: sdk.CheckRequest) -> sdk.CheckResponse:
        resource = self._resource(request.urn)
        plain_values = plain(request.new_inputs)
        normalized, failures = _validated(resource.inputs, plain_values)
        if failures:
            return sdk.CheckResponse(inputs=request.new_inputs, failures=failures)
        return sdk.CheckResponse(inputs=values.properties(normalized, secret_names(request.new_inputs)))

    async def diff(self, request: sdk.DiffRequest) -> sdk.DiffResponse:
        resource = self._resource(request.urn)
        old, new = plain(request.old_state), plain(request.new_inputs)
        if resource.checks_ownership:
            state = _state(resource, request.old_state)
            await _run(request.urn, frozenset(), lambda: resource.check_ownership(request.resource_id, state))
        changed = {name for name in _names(resource.inputs) if old.get(name) != new.get(name)}
        # An unknown input belongs to an object that is being created, so everything created with the previous
        # object must be replaced too.
        replaces = sorted(changed & resource.replaced_by)
        changed |= {
            name for name in resource.deviations if old.get(name) and name not in request.ignore_changes
        }
        return sdk.DiffResponse(
            changes=bool(changed),
            replaces=replaces,
            delete_before_replace=True,
            diffs=sorted(changed),
            detailed_diff={
                name: sdk.PropertyDiff(
                    sdk.PropertyDiffKind.UPDATE_REPLACE if name in replaces else sdk.PropertyDiffKind.UPDATE,
                    input_diff=False,
                )
                for name in changed
            },
        )

    async def create(self, request: sdk.CreateRequest) -> sdk.CreateResponse:
        resource = self._resource(request.urn)
        secret = resource.secrets | secret_names(request.properties)
        plain_values = plain(request.properties)
        if request.preview:
            if not unknown_names(plain_values):
                known_inputs = resource.inputs.model_validate(plain_values)
                await _run(request.urn, secret, lambda: resource.check_create(known_inputs))
            return sdk.CreateResponse("", values.properties(_preview(resource, plain_values), secret))
        inputs = resource.inputs.model_validate(plain_values)
        made = await _run(request.urn, secret, lambda: resource.create(inputs))
        return sdk.CreateResponse(made.id, values.properties(made.state.values(), secret))

    async def read(self, request: sdk.ReadRequest) -> sdk.ReadResponse:
        resource = self._resource(request.urn)
        secret = resource.secrets | secret_names(request.properties) | secret_names(request.inputs)
        state = _state(resource, request.properties) if request.properties else None
        made = await _run(request.urn, secret, lambda: resource.read(request.resource_id, state))
        if made is None:
            return sdk.ReadResponse()
        state_values = made.state.values()
        inputs = {name: state_values[name] for name in _names(resource.inputs) if name in state_values}
        return sdk.ReadResponse(
            made.id, values.properties(state_values, secret), values.properties(inputs, secret)
        )

    async def update(self, request: sdk.UpdateRequest) -> sdk.UpdateResponse:
        resource = self._resource(request.urn)
        secret = resource.secrets | secret_names(request.news)
        plain_values = plain(request.news)
        if request.preview:
            previous = plain(request.olds)
            kept = {
                name
                for name, sources in resource.computed_from.items()
                if all(previous.get(source) == plain_values.get(source) for source in sources)
            }
            stable = {name: value for name, value in previous.items() if name in resource.stable | kept}
            return sdk.UpdateResponse(
                values.properties({**_preview(resource, plain_values), **stable}, secret)
            )
        # An update leaves deviations alone that it must ignore.
        ignored = resource.deviations.intersection(request.ignore_changes)
        olds = {name: value for name, value in request.olds.items() if name not in ignored}
        inputs, state = resource.inputs.model_validate(plain_values), _state(resource, olds)
        updated = await _run(request.urn, secret, lambda: resource.update(request.resource_id, inputs, state))
        return sdk.UpdateResponse(values.properties(updated.values(), secret))

    async def delete(self, request: sdk.DeleteRequest) -> None:
        resource = self._resource(request.urn)
        state = _state(resource, request.properties)
        await _run(request.urn, frozenset(), lambda: resource.delete(request.resource_id, state))

    async def invoke(self, request: sdk.InvokeRequest) -> sdk.InvokeResponse:
        function = self._functions[_last(request.tok)]
        plain_values = plain(request.args)
        _, failures = _validated(function.arguments, plain_values)
        if failures or unknown_names(plain_values):
            unknown = [
                sdk.CheckFailure(name, "is not known yet") for name in sorted(unknown_names(plain_values))
            ]
            return sdk.InvokeResponse(failures=[*failures, *unknown])
        arguments = function.arguments.model_validate(plain_values)
        result = await _run("", frozenset(), lambda: function.call(arguments))
        return sdk.InvokeResponse(values.properties(result.values(), secret_names(request.args)))

    def _resource(self, urn: str) -> AnyResource:
        return self._resources[_last(urn.split("::")[2])]


async def _run(urn: str, secret: frozenset[str], work: Callable[[], ResultT]) -> ResultT:
    with reporting_on(urn):
        try:
            return await asyncio.to_thread(work)
        except PartlyDoneError as error:
            made: Made[Properties] = error.made
            raise UnfinishedError(error, values.properties(made.state.values(), secret)) from error


def _state(resource: AnyResource, properties: Mapping[str, PropertyValue]) -> Any:
    return resource.state.model_validate(plain(properties), extra="ignore")


def _preview(resource: AnyResource, plain_values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the state in a preview: the inputs, and unknown values for the computed state."""
    return {**dict.fromkeys(_names(resource.state), UNKNOWN), **plain_values}


def _validated(
    model: type[Properties], plain_values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[sdk.CheckFailure]]:
    """Return the normalized inputs, and the failures of the known ones."""
    unknown = unknown_names(plain_values)
    known = {name: value for name, value in plain_values.items() if name not in unknown}
    try:
        normalized = model.model_validate(known).values()
    except ValidationError as error:
        failures = [
            sdk.CheckFailure(".".join(map(str, problem["loc"])), _reason(problem["msg"]))
            for problem in error.errors(include_url=False, include_input=False)
            # If an input is unknown, its absence and rules about several inputs cannot be evaluated.
            if not unknown or (problem["loc"] and problem["loc"][0] not in unknown)
        ]
        return dict(plain_values), failures
    return {**normalized, **{name: plain_values[name] for name in unknown}}, []


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")


def _names(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _last(token: str) -> str:
    """Return `KeycloakClientRegistration` for `parent:type$flow-mcp:index:KeycloakClientRegistration`."""
    return token.rpartition("$")[2].rpartition(":")[2]
