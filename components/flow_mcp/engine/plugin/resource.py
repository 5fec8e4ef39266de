"""What a resource or function of the plugin is: typed, on plain values, without a word of gRPC.

A new one is a module with a subclass and an entry in `flow_mcp.authorization_servers.plugin_members`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from flow_mcp.common.errors import FlowMcpError

PACKAGE = "flow-mcp"


class Properties(BaseModel):
    """Inputs, arguments or results; Pulumi sees the names in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, frozen=True, extra="forbid")

    def values(self) -> dict[str, Any]:
        """As Pulumi sees them; without what is not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


InputsT = TypeVar("InputsT", bound=Properties)
StateT = TypeVar("StateT", bound=Properties)
ResultT = TypeVar("ResultT", bound=Properties)


@dataclass(frozen=True)
class Made(Generic[StateT]):
    """A resource as it is: its ID at the server, and its state."""

    id: str
    state: StateT


class PartlyDoneError(FlowMcpError):
    """Creating or updating began and could not be finished; the next `pulumi up` takes it up again.

    Attributes:
        made: what Pulumi must remember for that.
    """

    def __init__(self, reason: str, made: Made[Any]) -> None:
        super().__init__(reason)
        self.made = made


class Resource(ABC, Generic[InputsT, StateT]):
    """A kind of resource. Methods may block, and raise subclasses of FlowMcpError.

    The state has every input under the same name, as the server really has it, and what is computed.

    Attributes:
        name: the last part of the type token `flow-mcp:index:<name>`.
        inputs: the model of the inputs; it brings lists without an order into one, so that they compare.
        state: the model of the state.
        replaced_by: inputs whose change needs a new resource, made after the old one is gone.
        stable: computed state that no update changes; a preview shows it as it is.
        deviations: state that must be empty; anything in it is a difference that an update mends.
        secrets: state that is secret even where no input was.
        confirms: whether `confirm` is asked before each comparison.
    """

    name: ClassVar[str]
    inputs: type[InputsT]
    state: type[StateT]
    replaced_by: ClassVar[frozenset[str]] = frozenset()
    stable: ClassVar[frozenset[str]] = frozenset()
    deviations: ClassVar[frozenset[str]] = frozenset()
    secrets: ClassVar[frozenset[str]] = frozenset()
    confirms: ClassVar[bool] = False

    @abstractmethod
    def create(self, inputs: InputsT) -> Made[StateT]:
        """Make it."""

    def foresee(self, inputs: InputsT) -> None:
        """Refuse in a preview what `create` would refuse; only called with inputs that are known."""

    def confirm(self, resource_id: str, state: StateT) -> None:
        """Refuse what is no longer the stack's, before its inputs are compared with the program's."""

    @abstractmethod
    def read(self, resource_id: str, state: StateT | None) -> Made[StateT] | None:
        """Find out how it really is; None when it is gone. Without a state it is being imported."""

    @abstractmethod
    def update(self, resource_id: str, inputs: InputsT, state: StateT) -> StateT:
        """Make it as the inputs say."""

    @abstractmethod
    def delete(self, resource_id: str, state: StateT) -> None:
        """Remove it; that it is gone already is no error."""


class Function(ABC, Generic[InputsT, ResultT]):
    """A function that programs call: it changes nothing.

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
        """Answer. May block, and raises subclasses of FlowMcpError."""
