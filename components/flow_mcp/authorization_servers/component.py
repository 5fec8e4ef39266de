"""The base class of the Pulumi components of all kinds of authorization servers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pulumi

from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration


class AuthorizationServerComponent(pulumi.ComponentResource):
    """Creates the resources that a tenant declares at its authorization server.

    Attributes:
        ids: identifiers that the server assigned, under the keys that the kind's `settings` reads.
        secrets: client secrets by client name, as a Pulumi secret.
        hand_over: instructions for the administrator who registers applications by hand; None if there are
            none.
    """

    ids: pulumi.Output[Mapping[str, str]]
    secrets: pulumi.Output[Mapping[str, str]]
    hand_over: str | None = None

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(declaration.component_type, name, {}, opts)
        self.declaration = declaration


def component_of(kind: AuthorizationServerKind) -> type[AuthorizationServerComponent]:
    """Return the Pulumi component class of a kind. The call imports the SDK of the kind's provider."""
    module, _, name = kind.component_path.partition(":")
    component: Any = getattr(import_module(module), name)
    return component  # type: ignore[no-any-return] # by convention; a test checks it for every kind
