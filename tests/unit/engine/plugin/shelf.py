"""A resource and a function for tests of the provider: shelves in a dictionary."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.plugin.resource import Function, Made, PartlyDoneError, Properties, Resource


class ShelfInputs(Properties):
    room: str
    book_titles: tuple[str, ...] = ()
    width: int = 80
    label: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> ShelfInputs:
        if len(self.book_titles) > self.width:
            raise ValueError("the books are wider than the shelf")
        return self


class ShelfState(Properties):
    room: str
    book_titles: tuple[str, ...] = ()
    width: int
    label: str | None = None
    key: str
    dust: tuple[str, ...] = ()


class Shelf(Resource[ShelfInputs, ShelfState]):
    """A shelf."""

    name = "Shelf"
    inputs = ShelfInputs
    state = ShelfState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"room"})
    stable: ClassVar[frozenset[str]] = frozenset({"key"})
    deviations: ClassVar[frozenset[str]] = frozenset({"dust"})
    secrets: ClassVar[frozenset[str]] = frozenset({"key"})

    def __init__(self) -> None:
        self.made: dict[str, ShelfState] = {}

    def create(self, inputs: ShelfInputs) -> Made[ShelfState]:
        if inputs.room == "cellar":
            raise FlowMcpError("The cellar is wet: choose another room.")
        state = ShelfState(**inputs.model_dump(), key="k-1")
        if inputs.room == "attic":
            raise PartlyDoneError("The attic's shelf has no books yet.", Made("s-1", state))
        self.made["s-1"] = state
        return Made("s-1", state)

    def read(self, resource_id: str, state: ShelfState | None) -> Made[ShelfState] | None:
        del state
        current = self.made.get(resource_id)
        return Made(resource_id, current) if current else None

    def update(self, resource_id: str, inputs: ShelfInputs, state: ShelfState) -> ShelfState:
        self.made[resource_id] = ShelfState(**inputs.model_dump(), key=state.key)
        return self.made[resource_id]

    def delete(self, resource_id: str, state: ShelfState) -> None:
        del state
        self.made.pop(resource_id, None)


class Question(Properties):
    room: str


class Answer(Properties):
    free_width: int


class FreeWidth(Function[Question, Answer]):
    """How much space a room has."""

    name = "freeWidth"
    arguments = Question
    result = Answer

    def call(self, arguments: Question) -> Answer:
        if arguments.room == "cellar":
            raise FlowMcpError("The cellar is wet: choose another room.")
        return Answer(free_width=120)
