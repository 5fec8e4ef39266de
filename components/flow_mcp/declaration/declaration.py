"""A checked declaration, and what the project knows of the kind of authorization server that it chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flow_mcp.declaration.authorization_server import DeclaredServer
from flow_mcp.declaration.credentials import NO_CREDENTIALS, CredentialVariables
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.instance import Instance
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.declaration.tenant import Tenant
from flow_mcp.settings import SettingsDocument

ServerIds = Mapping[str, str]
"""Identifiers that the authorization server assigned, under names that the kind chooses."""


@dataclass(frozen=True)
class AuthorizationServerKind:
    """A kind of authorization server, as its package describes itself to the rest of the project.

    Attributes:
        key: its name in a tenant's file.
        declaration: the model of what a tenant declares of it.
        check: finds what it cannot do or would do wrong, before any server is called.
        settings: the settings document, from the declaration and what the server assigned.
        component_path: `module:class` of the Pulumi component; imported only when the program runs.
        registration_methods_at: the key of the server's declaration below which its registration methods are.
        setting_changes: what a change of each of its settings means to a reviewer, registration methods and
            lifetimes excepted.
        chooses_client_ids: whether the client IDs follow from the declaration; else the server assigns them.
        authority: the authority, where it follows from the declaration alone: a preview then shows it.
        owns: what only one stack may declare, by path and in words that are the same in every stack.
        pending: keys of the protected resources that nobody reaches until an administrator has acted.
        credentials: environment variables with the credentials of the server's administrator.
        needs_credentials: whether the tenant's stack needs them.
        server_url: URL of the server, if `authority` does not give it.
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

    @property
    def field(self) -> str:
        """The key as a Python name."""
        return self.key.replace("-", "_")


@dataclass(frozen=True)
class ResourceDeclared:
    """A protected resource that follows from the declaration."""

    workspace: str
    environment: str
    url: str

    @property
    def key(self) -> str:
        """`<workspace>/<environment>`, as access lists name it."""
        return f"{self.workspace}/{self.environment}"


@dataclass(frozen=True)
class Declaration:
    """A tenant on its Flow instance, with the kind of authorization server that it chose."""

    instance: Instance
    tenant: Tenant
    kind: AuthorizationServerKind

    @cached_property
    def server(self) -> DeclaredServer:
        """What the tenant declares of its authorization server, in its kind's own type."""
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
        """The protected resources that an access list means, sorted by workspace and environment."""
        reached = {resource for entry in access for resource in self._reached_by_entry.get(entry, ())}
        return tuple(sorted(reached, key=lambda resource: (resource.workspace, resource.environment)))

    @cached_property
    def _reached_by_entry(self) -> Mapping[str, tuple[ResourceDeclared, ...]]:
        reached: dict[str, list[ResourceDeclared]] = {}
        for resource in self.resources:
            for entry in ("*", f"{resource.workspace}/*", resource.key):
                reached.setdefault(entry, []).append(resource)
        return {entry: tuple(resources) for entry, resources in reached.items()}

    def client_id(self, name: str) -> str:
        """The client ID of a declared client, where the authorization server lets it be chosen."""
        return self.tenant.clients[name].client_id or f"flow-mcp-{self.tenant.id}-{name}"
