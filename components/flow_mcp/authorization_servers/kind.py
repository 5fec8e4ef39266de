"""What the rest of the project knows of a kind of authorization server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.component import AuthorizationServerComponent
    from flow_mcp.authorization_servers.people import Ways
    from flow_mcp.declaration.base import Declared
    from flow_mcp.declaration.findings import Finding, Path
    from flow_mcp.declaration.setting_changes import Meaning
    from flow_mcp.declaration.tenant import Declaration
    from flow_mcp.settings import SettingsDocument

ServerIds = Mapping[str, str]
"""Identifiers that the authorization server assigned, under names that the kind chooses."""


@dataclass(frozen=True)
class AuthorizationServerKind:
    """One entry of the list: a package of this folder, all alike.

    Attributes:
        key: what a tenant's file calls it.
        declaration: what a tenant says of it.
        check: what it cannot do or would do wrong, before any server is called.
        settings: the settings document, from the declaration and what the server assigned.
        component_path: `module:class` of the Pulumi component; loaded only when the program runs.
        ways: how somebody becomes a client whom no declaration names.
        ways_at: the key of the server's declaration below which the ways are.
        lifetimes: the durations that are declared of it, defaults included, by dotted path in it.
        meanings: what its settings decide, beside ways and lifetimes, for those who must approve a change.
        chooses_client_ids: whether the client IDs follow from the declaration; else the server assigns them.
        authority: the authority, where it follows from the declaration alone: a preview then shows it.
        owns: what only one stack may declare, by path and in words that are the same in every stack.
        pending: protected resources that nobody reaches until somebody else has made something, by key.
    """

    key: str
    declaration: type[Declared]
    check: Callable[[Declaration], Iterator[Finding]]
    settings: Callable[[Declaration, ServerIds], SettingsDocument]
    component_path: str
    ways: Callable[[Declaration], Ways]
    ways_at: str
    lifetimes: Callable[[Declaration], Mapping[str, str]]
    meanings: tuple[Meaning, ...]
    chooses_client_ids: bool
    authority: Callable[[Declaration], str] | None = None
    owns: Callable[[Declaration], Iterable[tuple[Path, str]]] = lambda _: ()
    pending: Callable[[Declaration], Iterable[str]] = lambda _: ()

    @property
    def field(self) -> str:
        """The key as a Python name."""
        return self.key.replace("-", "_")

    def component(self) -> type[AuthorizationServerComponent]:
        """The Pulumi component; importing it imports Pulumi."""
        module, _, name = self.component_path.partition(":")
        component: Any = getattr(import_module(module), name)
        return component  # type: ignore[no-any-return] # by convention; a test holds every kind to it
