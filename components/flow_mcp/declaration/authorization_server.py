"""The base of all declared authorization servers: registration methods and token lifetimes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Protocol

from pydantic import Field

from flow_mcp.declaration.base import Declared, Form
from flow_mcp.declaration.clients import People


class RegistrationMethod(Protocol):
    """A declared registration method.

    `people` is None if the method admits the same people as the tenant's other sign-in paths.
    """

    @property
    def access(self) -> tuple[str, ...]: ...
    @property
    def people(self) -> People | None: ...


RegistrationMethods = Mapping[str, RegistrationMethod | None]
"""Registration methods by their key in the authorization server's declaration; None for a closed method."""


StateLabel = Annotated[
    str, Form(r"[a-z][a-z0-9]{0,31}", "a state label", "1 to 32 lower-case letters and digits")
]


class DeclaredServer(Declared):
    """Base class of declared authorization servers; each kind has a subclass."""

    state_label: Annotated[
        StateLabel | None,
        Field(
            description="Distinguishes the server's resources in Pulumi's state from those of another server "
            "of the same kind during a move. It stays with the server after the move."
        ),
    ] = None

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The registration methods through which people can sign in."""
        return {}

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The token lifetimes that the declaration sets, including defaults, by dotted path."""
        return {}
