"""A Pulumi provider that follows an SDK and rules, and stores its objects in a file."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import (
    CheckFailure,
    CheckRequest,
    CheckResponse,
    ConfigureRequest,
    ConfigureResponse,
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    GetSchemaRequest,
    GetSchemaResponse,
    InvokeRequest,
    InvokeResponse,
    PropertyDiff,
    PropertyDiffKind,
    Provider,
    ReadRequest,
    ReadResponse,
    UpdateRequest,
    UpdateResponse,
)

from tests.recorded import is_unset, unset_values
from tests.standin.rules import Failure, Rules
from tests.standin.sdk import ResourceType, Sdk
from tests.standin.server import Account, Server, ServiceError
from tests.standin.shapes import Shape, object_failures
from tests.standin.values import UNKNOWN, Properties, plain, wire


class StandIn(Provider):
    """Serves the engine in place of the plugin that belongs to the SDK."""

    def __init__(self, sdk: Sdk, rules: Rules, server: Server, environment: Mapping[str, str]) -> None:
        self._sdk, self._rules, self._server, self._environment = sdk, rules, server, environment
        self._account = ""

    async def get_schema(self, request: GetSchemaRequest) -> GetSchemaResponse:  # noqa: ARG002 the interface's
        return GetSchemaResponse("{}")

    async def check_config(self, request: CheckRequest) -> CheckResponse:
        # The engine sends all inputs of a provider as strings.
        known = dict.fromkeys(self._sdk.configuration.inputs, Shape("string")) | {"version": Shape("string")}
        failures = object_failures(plain(request.new_inputs), known, frozenset())
        return CheckResponse(request.new_inputs, [CheckFailure(*failure) for failure in failures])

    async def diff_config(self, request: DiffRequest) -> DiffResponse:
        return DiffResponse(changes=plain(request.old_state) != plain(request.new_inputs))

    async def configure(self, request: ConfigureRequest) -> ConfigureResponse:
        self._account = self._rules.signs[0](plain(request.args), self._environment)
        # As the Terraform bridge does: the engine stores secrets and marks outputs by the SDK's list.
        return ConfigureResponse(accept_secrets=False, supports_preview=True)

    async def cancel(self) -> None:
        """Do nothing, because all operations are short."""

    async def invoke(self, request: InvokeRequest) -> InvokeResponse:
        function = self._sdk.functions.get(request.tok)
        answer = self._rules.answers.get(request.tok)
        if function is None or answer is None:
            raise ServiceError(f"the stand-in does not serve {request.tok}; add it to its rules")
        arguments = plain(request.args)
        unknown = sorted(arguments.keys() - function.arguments)
        if unknown:
            return InvokeResponse(failures=[CheckFailure(name, "is not an argument") for name in unknown])
        with self._server.account(self._account) as account:
            try:
                result = answer(arguments, account)
            except ServiceError as error:
                return InvokeResponse(failures=[CheckFailure("", str(error))])
        defaults = {name: _empty(shape) for name, shape in function.result.items()}
        _require_valid(object_failures(result, function.result, frozenset()), request.tok)
        return InvokeResponse(wire({**defaults, **arguments, **result}))

    async def check(self, request: CheckRequest) -> CheckResponse:
        resource, inputs = self._resource(_token(request.type)), plain(request.new_inputs)
        failures = list(object_failures(inputs, resource.inputs, resource.required))
        if not failures:
            for rule in self._rules.previews.get(_token(request.type), []):
                failures += rule(inputs)
        return CheckResponse(wire(inputs), [CheckFailure(*failure) for failure in failures])

    async def diff(self, request: DiffRequest) -> DiffResponse:
        resource = self._resource(_token(request.type))
        defaults = self._rules.defaults.get(resource.token, {})
        before, after = defaults | plain(request.old_state), defaults | plain(request.new_inputs)
        replacing = resource.replaced_by | self._rules.replaced_by.get(_token(request.type), frozenset())
        changed = {
            name: _kind(before.get(name), after.get(name), replaces=name in replacing)
            for name in sorted(resource.inputs)
            if self._differ(
                before.get(name),
                after.get(name),
                self._rules.kept_parts.get((resource.token, name), frozenset()),
            )
            and name not in request.ignore_changes
            # A value that the server assigns to an absent input is no change.
            and not (name not in after and name in resource.computed)
        }
        return DiffResponse(
            changes=bool(changed),
            replaces=[name for name in changed if name in replacing],
            diffs=list(changed),
            detailed_diff={name: PropertyDiff(kind, input_diff=False) for name, kind in changed.items()},
        )

    async def create(self, request: CreateRequest) -> CreateResponse:
        resource, inputs = self._resource(_token(request.type)), plain(request.properties)
        if request.preview:
            unknown = {name: UNKNOWN for name in resource.computed if name not in inputs}
            return CreateResponse("", wire({**inputs, **unknown}))
        with self._server.account(self._account) as account:
            state = self._state(resource, inputs, account, None)
            account.objects.setdefault(_token(request.type), {})[state["id"]] = state
        return CreateResponse(state["id"], _outputs(resource, state))

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        resource, inputs = self._resource(_token(request.type)), plain(request.news)
        kept = {name: value for name, value in plain(request.olds).items() if name in resource.computed}
        if request.preview:
            return UpdateResponse(wire({**kept, **inputs}))
        with self._server.account(self._account) as account:
            objects = account.objects.setdefault(_token(request.type), {})
            before = objects.get(request.resource_id) or self._imported(
                resource, request.resource_id, account
            )
            if before is None:
                raise ServiceError(f"{_token(request.type)} {request.resource_id} does not exist (404)")
            state = {**kept, **self._state(resource, inputs, account, before), "id": request.resource_id}
            objects[request.resource_id] = state
        return UpdateResponse(_outputs(resource, state))

    async def read(self, request: ReadRequest) -> ReadResponse:
        resource = self._resource(_token(request.type))
        with self._server.account(self._account) as account:
            state = account.objects.get(_token(request.type), {}).get(request.resource_id)
            state = state or self._imported(resource, request.resource_id, account)
        if state is None:
            return ReadResponse()
        names = plain(request.inputs)
        if not names:
            # The engine imports the object: the plugin knows nothing but its ID, and the bridge returns the
            # values that are neither zero nor defaults (isDefaultOrZeroValue).
            defaults = self._rules.defaults.get(resource.token, {})
            unreadable = self._rules.unreadable.get(resource.token, frozenset())
            state = {name: value for name, value in state.items() if name not in unreadable}
            names = {
                name: value
                for name, value in state.items()
                if name in resource.inputs and value != defaults.get(name) and (name in defaults or value)
            }
        return ReadResponse(
            request.resource_id,
            _outputs(resource, state),
            wire({name: _set_parts(state[name]) for name in names if name in state}),
        )

    async def delete(self, request: DeleteRequest) -> None:
        with self._server.account(self._account) as account:
            state = account.objects.get(_token(request.type), {}).get(request.resource_id)
            remove = self._rules.removes.get(_token(request.type))
            if state is not None and (remove is None or remove(state, account)):
                del account.objects[_token(request.type)][request.resource_id]

    def _differ(self, before: Any, after: Any, kept: frozenset[str] = frozenset()) -> bool:
        """Return whether a property changes. A plugin treats `null`, empty and absent values as equal.

        Args:
            before: the value in the state.
            after: the value of the program.
            kept: parts that keep their value if the program sets none.
        """
        if is_unset(before) and is_unset(after):
            return False
        before, after = _set_parts(before), _set_parts(after)
        if isinstance(before, dict) and isinstance(after, dict):
            names = before.keys() - (kept - after.keys()) | after.keys()
            return any(self._differ(before.get(name), after.get(name)) for name in names)
        return bool(_as_sets(before) != _as_sets(after) if self._rules.lists_are_sets else before != after)

    def _resource(self, token: str) -> ResourceType:
        if token not in self._sdk.resources:
            raise ServiceError(f"the SDK has no resource type {token}")
        return self._sdk.resources[token]

    def _imported(self, resource: ResourceType, resource_id: str, account: Account) -> Properties | None:
        """Return an object that was made by hand; None if there is none."""
        importer = self._rules.imports.get(resource.token)
        state = importer(resource_id, account) if importer else None
        if state is None:
            return None
        known = {name: value for name, value in state.items() if name in resource.outputs}
        _require_valid(object_failures(known, resource.outputs, frozenset()), resource.token)
        assigned = {name: _empty(resource.outputs[name]) for name in resource.computed}
        return {**assigned, **known, "id": resource_id}

    def _state(
        self, resource: ResourceType, inputs: Properties, account: Account, before: Properties | None
    ) -> Properties:
        make = self._rules.makes.get(resource.token)
        made = make(inputs, account, before) if make else {}
        _require_valid(object_failures(_without_id(made), resource.outputs, frozenset()), resource.token)
        assigned = {
            name: before[name] if before and name in before else _assigned(resource, name)
            for name in resource.computed
        }
        return {"id": str(uuid4()), **assigned, **inputs, **made}


def _outputs(resource: ResourceType, state: Properties) -> dict[str, PropertyValue]:
    """Return all output properties of the type, as the real plugin does.

    An unset property has the value of the recorded states, or `null` if they do not have the property.
    """
    unset = {name: unset_values().get((resource.token, name)) for name in sorted(resource.outputs)}
    return wire({**unset, **_without_id(state)}, nulls=True)


def _assigned(resource: ResourceType, name: str) -> Any:
    if name in resource.secrets:
        return secrets.token_urlsafe(24)
    if resource.outputs[name].kind == "string":
        return str(uuid4()) if name.lower().endswith("id") else ""
    return _empty(resource.outputs[name])


def _empty(shape: Shape) -> Any:
    return {"boolean": False, "integer": 0, "number": 0, "list": [], "map": {}, "object": {}}.get(
        shape.kind, ""
    )


def _set_parts(value: Any) -> Any:
    """Return a value without the parts of objects that are not set, which plugins leave out of inputs."""
    if isinstance(value, dict):
        return {key: _set_parts(part) for key, part in value.items() if not is_unset(part)}
    return [_set_parts(part) for part in value] if isinstance(value, list) else value


def _as_sets(value: Any) -> Any:
    """Return a value with its lists in a defined order."""
    if isinstance(value, dict):
        return {key: _as_sets(value[key]) for key in sorted(value)}
    return sorted(map(_as_sets, value), key=repr) if isinstance(value, list) else value


def _kind(before: Any, after: Any, *, replaces: bool) -> PropertyDiffKind:
    name = "ADD" if before is None else "DELETE" if after is None else "UPDATE"
    return PropertyDiffKind[f"{name}_REPLACE" if replaces else name]


def _without_id(state: Properties) -> Properties:
    return {name: value for name, value in state.items() if name != "id"}


def _require_valid(failures: Iterator[Failure], token: str) -> None:
    """Raise if the result of a rule does not conform to the SDK."""
    problems = "; ".join(f"{path}: {reason}" for path, reason in failures)
    if problems:
        raise ServiceError(f"the stand-in's rule for {token} is wrong: {problems}")


def _token(qualified: str) -> str:
    """Return a resource's own type. In a component, the qualified type begins with the parents' types."""
    return qualified.rpartition("$")[2]
