"""Rules of a plugin and its service that the SDK does not contain, as functions for resource types.

A rules module creates one `Rules` and registers functions in it:

    RULES = Rules("azuread")

    @RULES.refused_in_preview("azuread:index/applicationPassword:ApplicationPassword")
    def end_once(inputs: Properties) -> Iterator[Failure]:
        if "endDate" in inputs and "endDateRelative" in inputs:
            yield "endDate", "conflicts with endDateRelative"
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tests.standin.server import Account
from tests.standin.values import Properties

Failure = tuple[str, str]
"""A property and the reason for its rejection."""

Preview = Callable[[Properties], Iterator[Failure]]
"""From inputs, in which values may be UNKNOWN, to what the plugin rejects before it calls its service."""

Make = Callable[[Properties, Account, Properties | None], Properties]
"""From inputs, the account and the former state (None for a new object) to the values that the service sets.

`id` is the resource's ID; the default is a random UUID. It raises ServiceError if the service rejects the
inputs.
"""

Remove = Callable[[Properties, Account], bool]
"""From state and account to whether the service deletes the object."""

Import = Callable[[str, Account], Properties | None]
"""From the ID of an object that was made by hand to its state; None if there is none."""

Answer = Callable[[Properties, Account], Properties]
"""From the arguments of a function and the account to its result."""

Sign = Callable[[Properties, Mapping[str, str]], str]
"""From the provider's configuration and the environment to the name of the account."""

_F = TypeVar("_F")


@dataclass(frozen=True)
class Rules:
    """The rules of one package.

    Attributes:
        package: `azuread` or `auth0`.
        replaced_by: for each resource type, inputs whose change replaces the resource, in addition to those
            that the SDK's documentation names.
        kept_parts: for each resource type and object, parts that keep their value if the program sets none.
        defaults: for each resource type, the plugin's defaults that are not empty.
        unreadable: for each resource type, properties that the plugin cannot read from its service, so that
            an import lacks them.
        lists_are_sets: whether the plugin ignores the order of lists.
    """

    package: str
    replaced_by: dict[str, frozenset[str]] = field(default_factory=dict)
    kept_parts: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    defaults: dict[str, Properties] = field(default_factory=dict)
    unreadable: dict[str, frozenset[str]] = field(default_factory=dict)
    lists_are_sets: bool = False
    previews: dict[str, list[Preview]] = field(default_factory=dict)
    makes: dict[str, Make] = field(default_factory=dict)
    removes: dict[str, Remove] = field(default_factory=dict)
    imports: dict[str, Import] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    signs: list[Sign] = field(default_factory=list)

    def refused_in_preview(self, *tokens: str) -> Callable[[Preview], Preview]:
        """Register a function that yields what the real plugin rejects in a preview."""

        def register(function: Preview) -> Preview:
            for token in tokens:
                self.previews.setdefault(token, []).append(function)
            return function

        return register

    def made(self, token: str) -> Callable[[Make], Make]:
        """Register a function that rejects or completes the inputs of a create or update."""
        return _register(self.makes, token)

    def removed(self, token: str) -> Callable[[Remove], Remove]:
        """Register a function that is called when an object is deleted."""
        return _register(self.removes, token)

    def imported(self, token: str) -> Callable[[Import], Import]:
        """Register a function that returns the state of an object that was made by hand."""
        return _register(self.imports, token)

    def function(self, token: str) -> Callable[[Answer], Answer]:
        """Register a function that returns the result of a data source."""
        return _register(self.answers, token)

    def signs_in(self, function: Sign) -> Sign:
        """Register a function that returns the account to which the provider signs in."""
        self.signs.append(function)
        return function


def _register(registry: dict[str, _F], token: str) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        registry[token] = function
        return function

    return register
