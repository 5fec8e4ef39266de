"""Base classes of the plugin's resources and functions, with typed plain values instead of gRPC messages.

To add one, write a module with a subclass and list it in `flow_mcp.authorization_servers.plugin_members`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from flow_mcp.common.errors import FlowMcpError

PACKAGE = "flow-mcp"


class Properties(BaseModel):
    """Base class of inputs, arguments, state and results; their names in Pulumi are in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, frozen=True, extra="forbid")

    def values(self) -> dict[str, Any]:
        """Return the values by their names in Pulumi, without those that are not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


InputsT = TypeVar("InputsT", bound=Properties)
StateT = TypeVar("StateT", bound=Properties)
ResultT = TypeVar("ResultT", bound=Properties)


@dataclass(frozen=True)
class Made(Generic[StateT]):
    """The ID of a resource at the server, and its state."""

    id: str
    state: StateT


class PartlyDoneError(FlowMcpError):
    """Only a part of a resource was created or updated; the next `pulumi up` continues.

    Attributes:
        made: the ID and state that Pulumi must store for that.
    """

    def __init__(self, reason: str, made: Made[Any]) -> None:
        super().__init__(reason)
        self.made = made


class Resource(ABC, Generic[InputsT, StateT]):
    """A type of resource. Its methods may block, and raise subclasses of FlowMcpError.

    The state contains every input under the same name, with its value at the server, and computed values.

    Attributes:
        name: the last part of the type token `flow-mcp:index:<name>`.
        inputs: the model of the inputs; it sorts lists whose order has no meaning, so that they compare.
        state: the model of the state.
        replaced_by: inputs whose change requires a new resource, created after the old one is deleted.
        stable: computed state that no update changes; a preview shows its value.
        computed_from: computed state that only the given inputs change; a preview shows its value while they
            are unchanged.
        deviations: state that must be empty; any content is a difference, which an update removes.
        secrets: state that is secret even if no input is.
        checks_ownership: whether `check_ownership` is called before each comparison.
    """

    name: ClassVar[str]
    inputs: type[InputsT]
    state: type[StateT]
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    stable: ClassVar[frozenset[str]] = frozenset()
    computed_from: ClassVar[Mapping[str, frozenset[str]]] = {}
    deviations: ClassVar[frozenset[str]] = frozenset()
    secrets: ClassVar[frozenset[str]] = frozenset()
    checks_ownership: ClassVar[bool] = False

    @abstractmethod
    def create(self, inputs: InputsT) -> Made[StateT]:
        """Create the resource."""

    def check_create(self, inputs: InputsT) -> None:
        """Raise in a preview the errors that `create` would raise; called only if all inputs are known."""

    def check_ownership(self, resource_id: str, state: StateT) -> None:
        """Raise an error if the resource no longer belongs to the stack."""

    @abstractmethod
    def read(self, resource_id: str, state: StateT | None) -> Made[StateT] | None:
        """Return the resource's ID and state at the server, or None if it is gone.

        The given state is None during an import.
        """

    @abstractmethod
    def update(self, resource_id: str, inputs: InputsT, state: StateT) -> StateT:
        """Update the resource to match the inputs, and return its state."""

    @abstractmethod
    def delete(self, resource_id: str, state: StateT) -> None:
        """Delete the resource; it is not an error if it is already gone."""


class Function(ABC, Generic[InputsT, ResultT]):
    """A function for Pulumi programs; it changes nothing.

    Attributes:
        name: the last part of the token `flow-mcp:index:<name>`.
        arguments: the model of the arguments.
        result: the model of the result.
    """

    name: ClassVar[str]
    arguments: type[InputsT]
    result: type[ResultT]

    @abstractmethod
    def call(self, arguments: InputsT) -> ResultT:
        """Return the result. May block, and raises subclasses of FlowMcpError."""
