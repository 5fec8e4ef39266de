"""What an SDK does not say of its plugin and service, as small functions per resource type.

A rules module makes one `Rules` and registers functions in it:

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
"""A property and why it is refused."""

Preview = Callable[[Properties], Iterator[Failure]]
"""Inputs, in which values may be UNKNOWN, to what the real plugin refuses before it calls its service."""

Make = Callable[[Properties, Account, Properties | None], Properties]
"""Inputs, what the account holds and the state before (None: a new object), to what the service assigns.

`id` is the resource's ID (a random UUID if it is left out). Raises ServiceError for what the service refuses.
"""

Remove = Callable[[Properties, Account], bool]
"""State and account, to whether the service really removes the object."""

Answer = Callable[[Properties, Account], Properties]
"""Arguments of a function and what the account holds, to its result."""

Sign = Callable[[Properties, Mapping[str, str]], str]
"""The provider's configuration and the environment, to the account they sign in to."""

_F = TypeVar("_F")


@dataclass(frozen=True)
class Rules:
    """The rules of one package.

    Attributes:
        package: `azuread` or `auth0`.
        replaced_by: per resource type, inputs whose change makes another resource, beyond those that the
            SDK's documentation names.
    """

    package: str
    replaced_by: dict[str, frozenset[str]] = field(default_factory=dict)
    previews: dict[str, list[Preview]] = field(default_factory=dict)
    makes: dict[str, Make] = field(default_factory=dict)
    removes: dict[str, Remove] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    signs: list[Sign] = field(default_factory=list)

    def refused_in_preview(self, *tokens: str) -> Callable[[Preview], Preview]:
        """Register what the real plugin refuses in a preview."""

        def register(function: Preview) -> Preview:
            for token in tokens:
                self.previews.setdefault(token, []).append(function)
            return function

        return register

    def made(self, token: str) -> Callable[[Make], Make]:
        """Register what the service refuses and assigns when an object is created or updated."""
        return _register(self.makes, token)

    def removed(self, token: str) -> Callable[[Remove], Remove]:
        """Register what happens when an object is deleted."""
        return _register(self.removes, token)

    def function(self, token: str) -> Callable[[Answer], Answer]:
        """Register how a function (data source) answers."""
        return _register(self.answers, token)

    def signs_in(self, function: Sign) -> Sign:
        """Register how the provider signs in."""
        self.signs.append(function)
        return function


def _register(registry: dict[str, _F], token: str) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        registry[token] = function
        return function

    return register
