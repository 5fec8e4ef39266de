"""What `flow-mcp adopt` asks of a kind of authorization server, and what it gets back.

A kind joins in with a class that has the methods of `AdoptionReader`, and with that class's path as
`adoption_path` of its `AuthorizationServerKind`. The class sends requests that read, and no others. The rest
is the same for all kinds: the declaration is assembled, checked, shown and written in `operations/adopt`, and
`adopted_resources` imports the objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.settings import Grant

Report = Callable[[str], None]
"""Called with the progress of the reading, in a few words."""


@dataclass(frozen=True)
class AdoptionRequest:
    """What is known before the authorization server is read.

    Attributes:
        tenant_id: the tenant's ID in Flow.
        flow_server: URL of the Flow instance.
        server: the declared settings of the authorization server, as in a tenant's file.
        workspaces: the environments of the known workspaces.
        client_ids: the source of each client ID that the user named as the tenant's, such as `--client`;
            empty: choose the clients whose tokens have the audience of one of the tenant's MCP servers.
        instance: the value of `flow-mcp:instance`.
        authority: the issuer that the user gave; None if only the settings of the server are known.
    """

    tenant_id: str
    flow_server: str
    server: Mapping[str, Any]
    workspaces: Mapping[str, Sequence[str]] = field(default_factory=dict)
    client_ids: Mapping[str, str] = field(default_factory=dict)
    instance: Mapping[str, Any] = field(default_factory=dict)
    authority: str | None = None


@dataclass(frozen=True)
class ExistingClient:
    """A client of the authorization server that belongs to the tenant.

    Attributes:
        name: its name in the tenant's file.
        client_id: its client ID.
        why: why it belongs to the tenant.
        section: `clients` if the stack takes it over, otherwise `manualRegistrations`.
        declared: its value in that section.
        remarks: what its declaration cannot express, and why; one sentence each.
        adopted: the entries of `adopted` that are known before the comparison, by resource.
    """

    name: str
    client_id: str
    why: str
    section: Literal["clients", "manualRegistrations"]
    declared: Mapping[str, Any]
    remarks: tuple[str, ...] = ()
    adopted: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Expression:
    """An existing client as a declaration.

    Attributes:
        grant: the grant that the declaration names; None if the client has neither of the two.
        declared: the values of `clients` besides access and people.
        obstacle: why the stack cannot take the client over; empty if it can. One sentence.
        remarks: what the declaration does not express, one sentence each.
    """

    grant: Grant | None
    declared: Mapping[str, Any]
    obstacle: str
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class OtherClient:
    """A client that adoption leaves alone.

    Attributes:
        client_id: its client ID.
        reason: why it is left alone; one sentence.
        belongs: whether the user named it, or its tokens reach the tenant's MCP servers.
    """

    client_id: str
    reason: str
    belongs: bool = False


@dataclass(frozen=True)
class Reading:
    """The part of an authorization server that concerns the tenant.

    Attributes:
        server: the declared settings of the authorization server, completed with what was found.
        workspaces: the environments of each workspace, those of the request included.
        clients: the tenant's clients, sorted by name.
        others: the other clients, sorted by client ID.
        remarks: what the declaration cannot express apart from clients; one sentence each.
    """

    server: Mapping[str, Any]
    workspaces: Mapping[str, Sequence[str]]
    clients: tuple[ExistingClient, ...]
    others: tuple[OtherClient, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A property that differs from what the stack would set.

    Attributes:
        property: its name in Pulumi.
        server: its value at the server, never a secret; None if it has none.
        stack: the value that the stack would set; None if it would set none.
    """

    property: str
    server: Any
    stack: Any


@dataclass(frozen=True)
class TakenOver:
    """An existing object that the stack imports.

    Attributes:
        resource: `<type>/<name>` in the stack.
        id: its ID, as `pulumi import` takes it.
        differences: the properties that differ, sorted by name. They keep the server's values.
    """

    resource: str
    id: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Left:
    """A resource that the stack does not create before its line is removed.

    Attributes:
        resource: `<type>/<name>` in the stack.
        effect: what happens when its line is removed; one sentence.
    """

    resource: str
    effect: str


@dataclass(frozen=True)
class Imports:
    """How the stack takes over the existing objects without changing them.

    Attributes:
        taken_over: the imported objects, sorted by resource.
        left: the resources that are not created yet, sorted by resource.
        unchanged: resources that `pulumi up` creates in its state, although the server has them as declared:
            their creation sends no change. They cannot be imported.
    """

    taken_over: tuple[TakenOver, ...]
    left: tuple[Left, ...]
    unchanged: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[TakenOver | Left | str]) -> Imports:
        """Return the entries of a reader, each kind of them sorted."""
        listed = tuple(entries)
        return cls(
            tuple(sorted((e for e in listed if isinstance(e, TakenOver)), key=lambda e: e.resource)),
            tuple(sorted((e for e in listed if isinstance(e, Left)), key=lambda e: e.resource)),
            tuple(sorted(e for e in listed if isinstance(e, str))),
        )


class AdoptionReader(Protocol):
    """Reads one kind of authorization server. It has a constructor without arguments."""

    def server_of(self, authority: str) -> Mapping[str, Any] | None:
        """Return the settings of the server with this issuer; None if it is not an issuer of this kind."""

    def read(self, request: AdoptionRequest, report: Report) -> Reading:
        """Return the part of the server that concerns the tenant.

        Raises:
            AuthorizationServerError: the server does not answer, or rejects the credentials or a request.
        """

    def imports(self, declaration: Declaration) -> Imports:
        """Return the imports for a declaration that was made from the last reading.

        The declaration may lack clients of the reading that could not be declared.
        """
