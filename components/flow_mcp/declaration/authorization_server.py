"""What every declared authorization server has: registration methods and token lifetimes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from flow_mcp.declaration.base import Declared
from flow_mcp.declaration.clients import People


class RegistrationMethod(Protocol):
    """A method by which applications become clients that the tenant's file does not name.

    `people` is None where the method admits whom the tenant's other sign-in paths admit.
    """

    @property
    def access(self) -> tuple[str, ...]: ...
    @property
    def people(self) -> People | None: ...


RegistrationMethods = Mapping[str, RegistrationMethod | None]
"""By their key in the authorization server's declaration; None for a method that is closed."""


class DeclaredServer(Declared):
    """Base of what a tenant declares of its authorization server; each kind has a subclass."""

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return {}

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The durations of tokens that the declaration decides, by dotted path in it, defaults included."""
        return {}
