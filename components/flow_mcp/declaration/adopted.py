"""The record of objects that existed at the authorization server before the stack.

`flow-mcp adopt` writes it. A line is harmless once the object is in the stack's state.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from flow_mcp.declaration.base import Declared, Form, Text
from flow_mcp.declaration.findings import RefusedError

ResourceKey = Annotated[
    str,
    Form(
        r"[A-Z][A-Za-z0-9]{0,79}/\S(?:.{0,253}\S)?",
        "a resource of the stack",
        "<type>/<name>, such as Client/desktop",
    ),
]
"""The last part of a resource's type in Pulumi, and its name in the stack."""
PropertyName = Annotated[
    str,
    Form(r"[a-z][A-Za-z0-9]{0,79}", "the name of a property in Pulumi", "a name such as validRedirectUris"),
]


class AdoptedResource(Declared):
    """An existing object that the stack takes over, or one that the stack does not create yet."""

    id: Annotated[
        Text | None,
        Field(description="ID of the existing object, as `pulumi import` takes it. `pulumi up` imports it."),
    ] = None
    keep: Annotated[
        tuple[PropertyName, ...],
        Field(
            description="Properties that keep the values of the authorization server. Without a property in "
            "this list, `pulumi up` sets the declared value."
        ),
    ] = ()
    leave: Annotated[
        bool,
        Field(description="true: the stack does not create the object. Remove the line to create it."),
    ] = False

    @model_validator(mode="after")
    def _one_purpose(self) -> Self:
        if (self.id is None) == (not self.leave):
            raise RefusedError("needs exactly one of id and leave", "Give one of them.")
        if self.keep and self.leave:
            raise RefusedError("has keep without id", "Remove keep.")
        return self
