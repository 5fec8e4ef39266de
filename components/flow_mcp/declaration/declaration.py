"""A validated declaration, and the description of a kind of authorization server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flow_mcp.declaration.authorization_server import DeclaredServer
from flow_mcp.declaration.credentials import NO_CREDENTIALS, CredentialVariables
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.instance import Instance
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.declaration.tenant import Tenant
from flow_mcp.settings import SettingsDocument

ServerIds = Mapping[str, str]
"""Identifiers that the authorization server assigned, by names that the kind defines."""


@dataclass(frozen=True)
class AuthorizationServerKind:
    """The functions and models that a package provides for one kind of authorization server.

    Attributes:
        key: the kind's key under `authorizationServer` in a tenant's file.
        declaration: the model of the value under that key.
        check: yields a finding for each part of a declaration that this kind does not support or would apply
            wrongly. It calls no server.
        settings: builds the settings document from the declaration and the identifiers that the server
            assigned.
        component_path: `module:class` of the Pulumi component, imported only when the program runs.
        registration_methods_at: the key in the server's declaration that holds the registration methods.
        setting_changes: what a change of each setting means to a reviewer, except for registration methods
            and lifetimes.
        chooses_client_ids: whether the client IDs follow from the declaration. Otherwise the server assigns
            them.
        authority: returns the authority, for kinds whose authority follows from the declaration. Previews
            show it.
        owns: yields the path and a description of each object that only one stack may declare. The
            description of an object is the same in every stack.
        pending: yields the keys of the protected resources that nobody can access until an administrator
            acts.
        credentials: environment variables with the credentials of the server's administrator.
        needs_credentials: returns whether the tenant's stack needs them.
        server_url: returns the server's URL, for kinds without `authority`.
        redeems_assertions: whether the stack can declare company identity providers whose assertions clients
            redeem.
        adoption_path: `module:class` of the `AdoptionReader`, imported by `flow-mcp adopt` only; empty if the
            kind has none.
        redirect_property: the property `<type>.<property>` in Pulumi with a client's redirect URIs. A client
            that keeps it needs no declared redirect URIs.
        losses: yields what the server loses, in addition to clients and their secrets, when the tenant's
            resources are deleted. It may call the server.
    """

    key: str
    declaration: type[DeclaredServer]
    check: Callable[[Declaration], Iterator[Finding]]
    settings: Callable[[Declaration, ServerIds], SettingsDocument]
    component_path: str
    setting_changes: tuple[SettingChange, ...]
    registration_methods_at: str = "registration"
    chooses_client_ids: bool = False
    authority: Callable[[Declaration], str] | None = None
    owns: Callable[[Declaration], Iterable[tuple[Path, str]]] = lambda _: ()
    pending: Callable[[Declaration], Iterable[str]] = lambda _: ()
    credentials: CredentialVariables = NO_CREDENTIALS
    needs_credentials: Callable[[Declaration], bool] = lambda _: True
    server_url: Callable[[Declaration], str] | None = None
    redeems_assertions: bool = False
    adoption_path: str = ""
    redirect_property: str = ""
    losses: Callable[[Declaration], Iterable[str]] = lambda _: ()

    @property
    def field(self) -> str:
        """The key as a Python identifier."""
        return self.key.replace("-", "_")


@dataclass(frozen=True)
class ResourceDeclared:
    """A protected resource of a declared workspace and environment."""

    workspace: str
    environment: str
    url: str

    @property
    def key(self) -> str:
        """`<workspace>/<environment>`, as in access entries."""
        return f"{self.workspace}/{self.environment}"


@dataclass(frozen=True)
class Origin:
    """The place of a declaration in the tenant's file.

    Attributes:
        key: `movingTo` or `movingFrom` for the other authorization server of a move; None otherwise.
        clients: names of the clients that are declared below `key`.
    """

    key: Literal["movingTo", "movingFrom"] | None = None
    clients: frozenset[str] = frozenset()

    def path(self, path: Path) -> Path:
        """Return the path in the tenant's file of a path in the declaration."""
        below = path[:1] in {("authorizationServer",), ("manualRegistrations",)} or (
            path[:1] == ("clients",) and path[1:2] and path[1] in self.clients
        )
        return (self.key, *path) if self.key and below else path


@dataclass(frozen=True)
class Declaration:
    """A tenant at one authorization server, with its Flow instance.

    During a move a tenant has two authorization servers, and a declaration for each. Both have the same
    workspaces; their clients may differ.

    Attributes:
        instance: the Flow instance.
        tenant: the tenant, with the authorization server, clients and manual registrations of this server.
        kind: the kind of the authorization server.
        other: the tenant at the other authorization server during a move; None in that declaration itself.
        origin: the place of this declaration in the tenant's file.
    """

    instance: Instance
    tenant: Tenant
    kind: AuthorizationServerKind
    other: Declaration | None = None
    origin: Origin = Origin()

    @property
    def at_servers(self) -> tuple[Declaration, ...]:
        """The tenant at each of its authorization servers, the preferred one first."""
        return (self, self.other) if self.other else (self,)

    @property
    def component_type(self) -> str:
        """Pulumi's type token of the component at this authorization server, which is in its children's URNs.

        A child's URN has its parent's type, but not its name: two servers of a kind need two types.
        """
        label = self.server.state_label
        return f"flow-mcp:{self.kind.key}{f'/{label}' if label else ''}:AuthorizationServer"

    @cached_property
    def server(self) -> DeclaredServer:
        """The declaration of the authorization server, an instance of `kind.declaration`."""
        server: DeclaredServer = getattr(self.tenant.authorization_server, self.kind.field)
        return server

    @cached_property
    def resources(self) -> tuple[ResourceDeclared, ...]:
        """The tenant's protected resources, sorted by workspace and environment."""
        return tuple(
            ResourceDeclared(
                workspace,
                environment,
                f"{self.instance.server}/mcp/tenants/{self.tenant.id}/workspaces/{workspace}/environments/{environment}",
            )
            for workspace in sorted(self.tenant.workspaces)
            for environment in sorted(self.tenant.workspaces[workspace].environments)
        )

    def reached_by(self, access: tuple[str, ...]) -> tuple[ResourceDeclared, ...]:
        """The protected resources that an access list grants, sorted by workspace and environment."""
        granted = {resource for entry in access for resource in self._resources_by_entry.get(entry, ())}
        return tuple(sorted(granted, key=lambda resource: (resource.workspace, resource.environment)))

    @cached_property
    def _resources_by_entry(self) -> Mapping[str, tuple[ResourceDeclared, ...]]:
        resources_by_entry: dict[str, list[ResourceDeclared]] = {}
        for resource in self.resources:
            for entry in ("*", f"{resource.workspace}/*", resource.key):
                resources_by_entry.setdefault(entry, []).append(resource)
        return {entry: tuple(resources) for entry, resources in resources_by_entry.items()}

    def keeps_redirect_uris(self, name: str) -> bool:
        """Whether a declared client keeps the redirect URIs that it has at the authorization server."""
        resource_type, _, redirect_uris = self.kind.redirect_property.partition(".")
        return bool(redirect_uris) and redirect_uris in self.tenant.kept(resource_type, name)

    def client_id(self, name: str) -> str:
        """The client ID of a declared client, for kinds where `chooses_client_ids` is true."""
        return self.tenant.clients[name].client_id or f"flow-mcp-{self.tenant.id}-{name}"
