"""What the components of all authorization servers have in common."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pulumi

from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration


class AuthorizationServerComponent(pulumi.ComponentResource):
    """Makes at the authorization server what a tenant declares.

    Attributes:
        ids: identifiers that the server assigned, as the kind's `settings` asks for them.
        secrets: client secrets by client name, a Pulumi secret.
        hand_over: what somebody else must do by hand, for them to copy.
    """

    ids: pulumi.Output[Mapping[str, str]]
    secrets: pulumi.Output[Mapping[str, str]]
    hand_over: str | None = None

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(f"flow-mcp:{declaration.kind.key}:AuthorizationServer", name, {}, opts)
        self.declaration = declaration


def component_of(kind: AuthorizationServerKind) -> type[AuthorizationServerComponent]:
    """The Pulumi component of a kind; importing it imports its provider's SDK."""
    module, _, name = kind.component_path.partition(":")
    component: Any = getattr(import_module(module), name)
    return component  # type: ignore[no-any-return] # by convention; a test holds every kind to it
